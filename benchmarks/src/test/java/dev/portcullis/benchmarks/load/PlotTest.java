package dev.portcullis.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

final class PlotTest {
    private static final Plot.Axis LOAD = new Plot.Axis("load in %", false);
    private static final Plot.Axis MICROS = new Plot.Axis("µs", true);

    @Test
    void svgWhenALineRisesThenEndsHigherWithinThePicture() throws Exception {
        var drawn = draw(new Plot.Series("p99", 0, false, List.of(new Plot.Point(10, 50), new Plot.Point(90, 4_000))));

        String[] points = ((Element) drawn.getElementsByTagName("polyline").item(0))
                .getAttribute("points")
                .strip()
                .split("[ ,]", -1);
        assertThat(points).hasSize(4);
        assertThat(Double.parseDouble(points[2])).isGreaterThan(Double.parseDouble(points[0]));
        assertThat(Double.parseDouble(points[3]))
                .isLessThan(Double.parseDouble(points[1]))
                .isGreaterThan(0);
    }

    @Test
    void svgWhenNamesHaveMarkupThenIsXmlThatNamesThem() throws Exception {
        var drawn = draw(new Plot.Series("<ours> & \"theirs\"", 1, true, List.of(new Plot.Point(1, 1))));

        assertThat(drawn.getDocumentElement().getTextContent()).contains("<ours> & \"theirs\"", "load in %", "µs");
    }

    private static Document draw(Plot.Series series) throws Exception {
        String svg = Plot.svg("A title", LOAD, MICROS, List.of(series));
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }
}
