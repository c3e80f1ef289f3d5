package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ops/cluster}, with real nodes, a real Redis and a real HAProxy: how it ends. It is run from a folder beside the repository's, whose scripts build nothing. */
class ClusterScriptIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern PROCESS = Pattern.compile("  node-\\d+ .*, process (\\d+)");
    private static final int PATIENCE_SECONDS = 90;

    @TempDir
    Path folder;

    private Process cluster;
    private final Set<ProcessHandle> started = new HashSet<>();

    /** The same script and the same libraries, but for the one that would build what is being tested. */
    private Path script() throws Exception {
        Path lib = Files.createDirectories(folder.resolve("root/ops/lib"));
        Files.copy(ROOT.resolve("ops/cluster"), folder.resolve("root/ops/cluster"));
        Files.copy(ROOT.resolve("ops/lib/jdk.sh"), lib.resolve("jdk.sh"));
        Files.writeString(lib.resolve("build.sh"), "portcullis_build() { :; }\n");
        Files.writeString(lib.resolve("jvm.sh"), "root='" + ROOT + "'\n. \"$root/ops/lib/jvm.sh\"\n");
        return folder.resolve("root/ops/cluster");
    }

    /** Starts it, and waits until all of it runs. @return its nodes */
    private List<ProcessHandle> start(int nodes) throws Exception {
        cluster = new ProcessBuilder(
                        "bash",
                        script().toString(),
                        "--port",
                        Integer.toString(ServerProcess.freePort()),
                        "--data",
                        folder.resolve("data").toString(),
                        Integer.toString(nodes))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();
        awaitWords("Kill a process, to see that no client minds.");
        cluster.descendants().forEach(started::add);
        var found = said().lines()
                .map(PROCESS::matcher)
                .filter(line -> line.matches())
                .map(line -> ProcessHandle.of(Long.parseLong(line.group(1))).orElseThrow())
                .toList();
        assertThat(found).hasSize(nodes);
        return found;
    }

    private String said() throws Exception {
        return Files.readString(folder.resolve("said"));
    }

    private void awaitWords(String words) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!said().contains(words)) {
            boolean isOver = System.nanoTime() > deadline || !cluster.isAlive();
            if (isOver && !said().contains(words)) {
                throw new AssertionError("never said '" + words + "':\n" + said());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** Waits for its end, and for that of all that it started. @return exit code */
    private int end() throws Exception {
        assertThat(cluster.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as(said())
                .isTrue();
        for (var each : started) { // those that write names before lines end once there is nothing more to read
            each.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        assertThat(said().lines()).contains("Stopped.");
        return cluster.exitValue();
    }

    @AfterEach
    void endAnyway() throws Exception {
        if (cluster.isAlive()) {
            cluster.descendants().forEach(started::add);
            cluster.destroy();
            cluster.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        started.forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void clusterWhenItsLastNodeIsKilledThenFailsAndSaysHowEachEnded() throws Exception {
        var nodes = start(2);

        nodes.get(1).destroyForcibly();
        awaitWords("node-2 has ended, with code 137 (SIGKILL). It is not started again.");
        assertThat(cluster.isAlive()).as("a node is left").isTrue();

        nodes.get(0).destroyForcibly();
        assertThat(end()).isEqualTo(1);
        assertThat(said().lines())
                .contains(
                        "No node is left: node-2 ended with code 137 (SIGKILL), node-1 ended with code 137 (SIGKILL).");
    }

    @Test
    void clusterWhenItIsAskedToStopThenStopsAllAndSucceeds() throws Exception {
        start(1);

        cluster.destroy();

        assertThat(end()).isZero();
        assertThat(said()).doesNotContain("has ended").doesNotContain("is left");
    }

    @Test
    void clusterWhenItsBalancerIsKilledThenFailsAndSaysSo() throws Exception {
        start(1);

        started.stream()
                .filter(each -> each.info().command().orElse("").endsWith("haproxy"))
                .forEach(ProcessHandle::destroyForcibly);

        assertThat(end()).isEqualTo(1);
        assertThat(said()).contains("the balancer ended with code 137 (SIGKILL).");
    }
}
