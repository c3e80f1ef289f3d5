package dev.portcullis.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class HeapHistogramTest {
    private static final String BEFORE = """
             num     #instances         #bytes  class name (module)
            -------------------------------------------------------
               1:          1000          40000  [B (java.base@25)
               2:           500          12000  java.lang.String (java.base@25)
               3:            10            320  dev.portcullis.Gone
            Total          1510          52320
            """;
    private static final String AFTER = """
             num     #instances         #bytes  class name (module)
            -------------------------------------------------------
               1:          1100          45000  [B (java.base@25)
               2:           500          12000  java.lang.String (java.base@25)
               3:            50           2400  dev.portcullis.Come
            Total          1650          59400
            """;

    @Test
    void growthSinceWhenClassesGrowAppearAndVanishThenMostBytesFirstAndUnchangedLeftOut() {
        var lines = HeapHistogram.parse(AFTER)
                .growthSince(HeapHistogram.parse(BEFORE), 100)
                .lines()
                .map(line -> line.strip().replaceAll(" +", " "))
                .toList();

        assertThat(lines)
                .containsExactly(
                        "bytes objects bytes/each class",
                        "7,080 140 70.8 all classes",
                        "5,000 100 50.0 [B",
                        "2,400 50 24.0 dev.portcullis.Come",
                        "-320 -10 -3.2 dev.portcullis.Gone");
    }

    @Test
    void bytesOfEachWhenAClassHasLessThanOneForEachThenLeavesItOut() {
        var before = HeapHistogram.parse(BEFORE);
        var after = HeapHistogram.parse(AFTER);

        assertThat(after.bytesOfEach(before, 50)).isEqualTo((5_000 + 2_400) / 50.0);
        assertThat(after.bytesOfEach(before, 100)).isEqualTo(5_000 / 100.0);
    }

    @Test
    void parseWhenThereIsNoHistogramThenSaysWhatThereIs() {
        assertThatThrownBy(() -> HeapHistogram.parse("No such process"))
                .isInstanceOf(LoadException.class)
                .hasMessageContaining("No such process");
    }
}
