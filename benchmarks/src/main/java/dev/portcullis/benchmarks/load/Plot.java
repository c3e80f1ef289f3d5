package dev.portcullis.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Lines over two axes as SVG: readable at its own size, in the light and in the dark, and without colours, since lines that belong together are named and dashed. */
final class Plot {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 480;
    private static final int LEFT = 80;
    private static final int RIGHT = 200;
    private static final int TOP = 56;
    private static final int BOTTOM = 64;
    private static final int LEGEND_LINE = 24;
    private static final int TICKS = 6;

    private final String title;
    private final Axis across;
    private final Axis up;
    private final List<Series> all;
    private final StringBuilder svg = new StringBuilder();

    /**
     * An axis.
     *
     * @param label with the unit
     * @param isLogarithmic whether each step is a factor; then all figures are above 0
     */
    record Axis(String label, boolean isLogarithmic) {}

    /** A point of a line. */
    record Point(double x, double y) {}

    /**
     * A line.
     *
     * @param colour from 0 to 3
     */
    record Series(String name, int colour, boolean isDashed, List<Point> points) {
        Series {
            points = List.copyOf(points);
        }
    }

    private Plot(String title, Axis across, Axis up, List<Series> all) {
        this.title = title;
        this.across = across;
        this.up = up;
        this.all = all;
    }

    /** @return the whole document */
    static String svg(String title, Axis across, Axis up, List<Series> all) {
        return new Plot(title, across, up, all).draw();
    }

    private String draw() {
        svg.append("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">
                <style>
                svg{--page:#fff;--ink:#1c1f24;--soft:#5a616d;--grid:#d9dde3;--c0:#0062b1;--c1:#b34700;--c2:#00714f;--c3:#8a2f7d}
                @media(prefers-color-scheme:dark){svg{--page:#14171c;--ink:#eceef2;--soft:#a7aebb;--grid:#333a45;--c0:#6cb6ff;--c1:#ffab70;\
                --c2:#56d4a8;--c3:#e29bd6}}
                text{font:14px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink)}
                .title{font-size:17px;font-weight:600}.soft{fill:var(--soft)}.grid{stroke:var(--grid)}
                .line{fill:none;stroke-width:2.5}.dashed{stroke-dasharray:7 5}
                </style>
                <rect width="100%%" height="100%%" style="fill:var(--page)"/>
                """.formatted(WIDTH, HEIGHT, WIDTH, HEIGHT, escape(title)));
        text("title", LEFT, 30, "start", title);
        var xs = scale(across, Point::x, LEFT, WIDTH - RIGHT);
        var ys = scale(up, Point::y, HEIGHT - BOTTOM, TOP);
        for (double tick : xs.ticks()) {
            line("grid", xs.at(tick), TOP, xs.at(tick), HEIGHT - BOTTOM);
            text("soft", xs.at(tick), HEIGHT - BOTTOM + 22, "middle", number(tick));
        }
        for (double tick : ys.ticks()) {
            line("grid", LEFT, ys.at(tick), WIDTH - RIGHT, ys.at(tick));
            text("soft", LEFT - 8, ys.at(tick) + 5, "end", number(tick));
        }
        text("", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 16, "middle", across.label());
        text("soft", LEFT, TOP - 8, "start", up.label());
        for (int i = 0; i < all.size(); i++) {
            draw(all.get(i), xs, ys, TOP + 10 + i * LEGEND_LINE);
        }
        return svg.append("</svg>\n").toString();
    }

    private void draw(Series series, Scale xs, Scale ys, double legendY) {
        String colour = "style=\"stroke:var(--c" + series.colour() + ")\"";
        String kind = series.isDashed() ? "line dashed" : "line";
        svg.append("<polyline class=\"")
                .append(kind)
                .append("\" ")
                .append(colour)
                .append(" points=\"");
        series.points()
                .forEach(point ->
                        svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", xs.at(point.x()), ys.at(point.y()))));
        svg.append("\"/>\n");
        int legendX = WIDTH - RIGHT + 16;
        svg.append(String.format(
                Locale.ROOT, "<path class=\"%s\" %s d=\"M%d %.1fh32\"/>%n", kind, colour, legendX, legendY));
        text("", legendX + 42, legendY + 5, "start", series.name());
    }

    private void line(String kind, double x1, double y1, double x2, double y2) {
        svg.append(
                String.format(Locale.ROOT, "<path class=\"%s\" d=\"M%.1f %.1fL%.1f %.1f\"/>%n", kind, x1, y1, x2, y2));
    }

    private void text(String kind, double x, double y, String anchor, String words) {
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                kind,
                x,
                y,
                anchor,
                escape(words)));
    }

    private Scale scale(Axis axis, ToDoubleFunction<Point> side, double begin, double end) {
        var figures = all.stream()
                .flatMap(series -> series.points().stream())
                .mapToDouble(side)
                .summaryStatistics();
        var ticks = axis.isLogarithmic() ? powers(figures.getMin(), figures.getMax()) : steps(figures.getMax());
        return new Scale(axis.isLogarithmic(), ticks, begin, end);
    }

    /** From 0 to at least the most, by a step of 1, 2 or 5 with zeros. */
    private static List<Double> steps(double most) {
        double rough = most / TICKS;
        double zeros = Math.pow(10, Math.floor(Math.log10(rough)));
        double step =
                rough <= zeros ? zeros : rough <= 2 * zeros ? 2 * zeros : rough <= 5 * zeros ? 5 * zeros : 10 * zeros;
        var ticks = new ArrayList<Double>();
        for (int i = 0; ticks.isEmpty() || ticks.getLast() < most; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** 1, 2 and 5 with zeros, from at most the least to at least the most. */
    private static List<Double> powers(double least, double most) {
        var ticks = new ArrayList<Double>();
        int power = (int) Math.floor(Math.log10(least));
        for (; ticks.isEmpty() || ticks.getLast() < most; power++) {
            for (int digit : new int[] {1, 2, 5}) {
                double tick = digit * Math.pow(10, power);
                if (tick <= least) {
                    ticks.clear();
                }
                if (ticks.isEmpty() || ticks.getLast() < most) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    private static String number(double value) {
        if (value >= 1 || value == 0) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, "%.3f", value).replaceFirst("0+$", "");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** From figures to places. */
    private record Scale(boolean isLogarithmic, List<Double> ticks, double begin, double end) {
        double at(double figure) {
            double first = place(ticks.getFirst());
            double last = place(ticks.getLast());
            return begin + (end - begin) * (place(figure) - first) / (last - first);
        }

        private double place(double figure) {
            return isLogarithmic ? Math.log(figure) : figure;
        }
    }
}
