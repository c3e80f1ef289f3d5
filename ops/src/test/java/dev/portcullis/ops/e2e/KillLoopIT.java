package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process is killed (SIGKILL) again and again while tokens are issued and rotated: every answer that a client received is still true afterwards, and what was
 * spent stays spent.
 */
class KillLoopIT {
    private static final int ROUNDS = 5;
    private static final int CLIENTS = 4;

    /** Each rotation asks the provider first (O-99), which is killed as well and comes back with us. */
    private static final Map<String, String> SETTINGS =
            Map.of("RATE_LIMIT", "off", "REFRESH_OVERLAP_SECONDS", "600", "RECHECK_SECONDS", "0");

    @TempDir
    Path folder;

    @Test
    void killWhenTokensAreIssuedAndRotatedThenEveryAnswerStaysTrue() throws Exception {
        try (var server = ServerProcess.start(folder, SETTINGS)) {
            var holders = new ArrayList<TokenHolder>();
            for (int i = 0; i < CLIENTS; i++) {
                var client = new ScriptedClient(server.uri("/"));
                holders.add(new TokenHolder(client, client.signIn("alice@example.com")));
            }
            for (int round = 0; round < ROUNDS; round++) {
                workUntilKilled(server, holders);
                server.startAgain();
                for (TokenHolder holder : holders) {
                    holder.checkEverythingStillHolds();
                }
            }
            assertThat(holders.stream().mapToInt(TokenHolder::rotations).sum())
                    .as("the loop did some work")
                    .isGreaterThan(CLIENTS * ROUNDS);
        }
    }

    private static void workUntilKilled(ServerProcess server, List<TokenHolder> holders) throws Exception {
        var running = new AtomicBoolean(true);
        var failures = new ConcurrentLinkedQueue<Throwable>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (TokenHolder holder : holders) {
                threads.execute(() -> holder.workWhile(running, failures));
            }
            TimeUnit.MILLISECONDS.sleep(300 + ThreadLocalRandom.current().nextInt(900));
            server.kill();
            running.set(false);
        }
        assertThat(failures).isEmpty();
    }
}
