package dev.portcullis.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The page that shows figures: parts of it stand between two markers and are written by us; the prose around stays. */
final class Page {
    private final Path file;

    Page(Path file) {
        this.file = file;
    }

    /** @throws IllegalArgumentException the page has no such part */
    void replace(String part, String figures) throws IOException {
        String page = Files.readString(file);
        String begin = "<!-- figures of " + part + ": written by ops/bench, do not edit -->\n";
        String end = "<!-- end of " + part + " -->";
        int from = page.indexOf(begin);
        int to = page.indexOf(end, Math.max(from, 0));
        if (from < 0 || to < 0) {
            throw new IllegalArgumentException("the page has no place for figures of " + part);
        }
        Files.writeString(file, page.substring(0, from) + begin + "\n" + figures + "\n" + page.substring(to));
    }

    /** Three digits are more than a run can tell; whole numbers from a hundred on. Empty for NaN. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "";
        }
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size < 10 ? "%.2f" : "%.1f", value);
    }
}
