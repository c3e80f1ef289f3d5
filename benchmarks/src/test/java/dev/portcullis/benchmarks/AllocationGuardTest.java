package dev.portcullis.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the hot path allocates, measured each time the project is built; and that a rise is noticed. */
class AllocationGuardTest {
    /** Where the build is: the module's folder. */
    private static final Path RECORD = Path.of("allocation.properties");

    @Test
    void checkWhenHotPathRunsThenAllocatesNoMoreThanIsOnRecord() throws Exception {
        assertThat(AllocationGuard.check(RECORD)).isEmpty();
    }

    @Test
    void problemsWhenOneRisesByMoreThanATenthThenSaysWhich() {
        var recorded = Map.of("a", 1_000.0, "b", 500.0);

        assertThat(AllocationGuard.problems(recorded, Map.of("a", 1_100.0, "b", 500.0)))
                .isEmpty();
        assertThat(AllocationGuard.problems(recorded, Map.of("a", 1_120.0, "b", 100.0)))
                .containsExactly("a allocates 1120 bytes, 1000 are on record");
    }

    @Test
    void problemsWhenFewBytesRiseByAnObjectThenSaysNothing() {
        assertThat(AllocationGuard.problems(Map.of("a", 40.0), Map.of("a", 88.0)))
                .isEmpty();
        assertThat(AllocationGuard.problems(Map.of("a", 40.0), Map.of("a", 96.0)))
                .containsExactly("a allocates 96 bytes, 40 are on record");
    }

    @Test
    void problemsWhenOnOneSideAloneThenSaysSo() {
        assertThat(AllocationGuard.problems(Map.of(), Map.of("a", 1.0)))
                .containsExactly("a is not on record: ops/bench guard --record");
        assertThat(AllocationGuard.problems(Map.of("a", 1.0), Map.of()))
                .containsExactly("a is on record and was not measured");
    }

    @Test
    void recordWhenFileIsThereThenKeepsItsHeadAndIsReadBack(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("r"), "# head\nold=1\n");

        AllocationGuard.record(file, Map.of("a.b", 40.004));

        assertThat(file).hasContent("# head\na.b=40\n");
        assertThat(AllocationGuard.read(file)).containsExactly(Map.entry("a.b", 40.0));
    }
}
