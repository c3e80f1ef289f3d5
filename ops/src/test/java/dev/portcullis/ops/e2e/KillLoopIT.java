package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.ops.e2e.ScriptedClient.Tokens;
import java.io.IOException;
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
            var holders = new ArrayList<Holder>();
            for (int i = 0; i < CLIENTS; i++) {
                var client = new ScriptedClient(server.uri("/"));
                holders.add(new Holder(client, client.signIn("alice@example.com")));
            }
            for (int round = 0; round < ROUNDS; round++) {
                workUntilKilled(server, holders);
                server.startAgain();
                for (Holder holder : holders) {
                    holder.checkEverythingStillHolds();
                }
            }
            assertThat(holders.stream().mapToInt(holder -> holder.rotations).sum())
                    .as("the loop did some work")
                    .isGreaterThan(CLIENTS * ROUNDS);
        }
    }

    private static void workUntilKilled(ServerProcess server, List<Holder> holders) throws Exception {
        var running = new AtomicBoolean(true);
        var failures = new ConcurrentLinkedQueue<Throwable>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Holder holder : holders) {
                threads.execute(() -> holder.workWhile(running, failures));
            }
            TimeUnit.MILLISECONDS.sleep(300 + ThreadLocalRandom.current().nextInt(900));
            server.kill();
            running.set(false);
        }
        assertThat(failures).isEmpty();
    }

    /** A client and what it has been told. Used by one thread at a time. */
    private static final class Holder {
        private final ScriptedClient client;
        private final List<String> accessTokens = new ArrayList<>();
        private Tokens latest;
        private String spentCode;
        private String spentVerifier;
        private String revoked;
        private int rotations;

        Holder(ScriptedClient client, Tokens first) {
            this.client = client;
            this.latest = first;
        }

        void workWhile(AtomicBoolean running, ConcurrentLinkedQueue<Throwable> failures) {
            try {
                while (running.get()) {
                    latest = client.refresh(latest.refresh());
                    rotations++;
                    accessTokens.add(latest.access());
                    if (rotations % 7 == 0) {
                        signInAndRevokeAnother();
                    }
                }
            } catch (IOException e) {
                // The kill: this answer was not received.
            } catch (Throwable e) {
                failures.add(e);
            }
        }

        private void signInAndRevokeAnother() throws Exception {
            var landing = client.signInUntilCode("bob@example.com");
            Tokens other = client.redeem(landing);
            spentCode = landing.code();
            spentVerifier = landing.verifier();
            assertThat(client.revoke(other.refresh()).statusCode()).isEqualTo(200);
            revoked = other.access();
        }

        void checkEverythingStillHolds() throws Exception {
            for (String token : accessTokens.subList(Math.max(0, accessTokens.size() - 5), accessTokens.size())) {
                assertThat(client.add(token, 2, 3)).isEqualTo("5");
            }
            assertThat(client.add(latest.access(), 2, 3)).isEqualTo("5");
            if (spentCode != null) {
                var replay = client.token(Map.of(
                        "grant_type",
                        "authorization_code",
                        "code",
                        spentCode,
                        "client_id",
                        client.clientId(),
                        "redirect_uri",
                        ScriptedClient.REDIRECT_URI,
                        "code_verifier",
                        spentVerifier));
                assertThat(replay.statusCode()).isEqualTo(400);
                assertThat(replay.body()).contains("invalid_grant");
            }
            if (revoked != null) {
                assertThat(client.call(revoked, "add", "{\"a\":1,\"b\":1}").statusCode())
                        .isEqualTo(401);
            }
            latest = client.refresh(latest.refresh());
            assertThat(client.add(latest.access(), 20, 3)).isEqualTo("23");
        }
    }
}
