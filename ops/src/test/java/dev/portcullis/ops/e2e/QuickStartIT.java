package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache that the scripts have made for a quick start: it is used, and costs nothing but time when it cannot be. */
class QuickStartIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** Runs the server's command as the scripts do, after {@code change}, and says its version. */
    private static String version(String change) throws Exception {
        String script = "set -euo pipefail; root=$1; . \"$root/ops/lib/jdk.sh\"; . \"$root/ops/lib/jvm.sh\"; " + change
                + "; exec \"${portcullis_java[@]}\" --version";
        var process = new ProcessBuilder("bash", "-c", script, "bash", ROOT.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    @Test
    void jvmWhenJarsAreBuiltThenClassesComeFromTheCache() throws Exception {
        String said =
                version("portcullis_java=(\"${portcullis_java[0]}\" -Xlog:class+load \"${portcullis_java[@]:1}\")");
        assertThat(said.lines()).anyMatch(line -> line.contains("dev.portcullis.ops.Main source: shared objects file"));
        assertThat(ROOT.resolve("ops/target/portcullis/portcullis.aot")).isNotEmptyFile();
    }

    @Test
    void jvmWhenCacheIsOfNoUseThenStartsAndSaysNothingOfIt(@TempDir Path folder) throws Exception {
        version("true");
        Path cut = folder.resolve("cut.aot");
        Files.copy(ROOT.resolve("ops/target/portcullis/portcullis.aot"), cut, StandardCopyOption.REPLACE_EXISTING);
        try (var file = new RandomAccessFile(cut.toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }
        for (String other :
                new String[] {"-XX:AOTCache=" + cut, "-XX:AOTCache=" + folder.resolve("none.aot"), "-Xint"}) {
            String main = "${#portcullis_java[@]}-3";
            String said = version("portcullis_java=(\"${portcullis_java[@]:0:" + main + "}\" " + other
                    + " \"${portcullis_java[@]:" + main + "}\")");
            assertThat(said.lines()).as(other).hasSize(2);
            assertThat(said).startsWith("Portcullis ").contains("Java ");
        }
    }
}
