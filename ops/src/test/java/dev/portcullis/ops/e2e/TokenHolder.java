package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.ops.e2e.ScriptedClient.Tokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A client and what it has been told, while servers are killed around it. Used by one thread at a time. */
final class TokenHolder {
    private static final List<Integer> NO_ANSWER = List.of(502, 503, 504);
    private static final int PAUSE_MILLIS = 20;

    /** One after the other, so that each of a few nodes is among them. */
    private static final int SERVED_TIMES = 12;

    private final ScriptedClient client;
    private final List<String> accessTokens = new ArrayList<>();
    private Tokens latest;
    private String spentCode;
    private String spentVerifier;
    private String revoked;
    private int rotations;

    TokenHolder(ScriptedClient client, Tokens first) {
        this.client = client;
        this.latest = first;
    }

    /** @return how often an answer was received */
    int rotations() {
        return rotations;
    }

    /** Refreshes again and again, until it receives no answer. */
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

    /**
     * Refreshes again and again, with the same token where no answer was received, or only that there is none.
     *
     * @param disturbed set before anything is killed: from then on nobody signs in, since the many steps of that would have to be begun anew
     */
    void workThrough(AtomicBoolean running, AtomicBoolean disturbed, ConcurrentLinkedQueue<Throwable> failures) {
        try {
            while (running.get()) {
                int status = tryToRefresh();
                if (status != 200) {
                    assertThat(status).isIn(NO_ANSWER);
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                } else if (rotations % 7 == 0 && !disturbed.get()) {
                    tryToRevokeAnother(disturbed);
                }
            }
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    /** @return 503 if no answer was received at all */
    private int tryToRefresh() throws Exception {
        try {
            var answer = client.tryRefresh(latest.refresh());
            if (answer.statusCode() == 200) {
                latest = Tokens.of(SessionClient.JSON.readTree(answer.body()));
                rotations++;
                accessTokens.add(latest.access());
            } else {
                assertThat(answer.body())
                        .doesNotContain("invalid_grant"); // O-99: it would make the client forget what it has
            }
            return answer.statusCode();
        } catch (IOException e) {
            return 503;
        }
    }

    private void tryToRevokeAnother(AtomicBoolean disturbed) throws Exception {
        try {
            signInAndRevokeAnother();
        } catch (IOException | AssertionError e) {
            if (!disturbed.get()) {
                throw e;
            }
        }
    }

    private void signInAndRevokeAnother() throws Exception {
        var landing = client.signInUntilCode("bob@example.com");
        assertThat(landing.code()).as("a code, and no error").isNotNull();
        Tokens other = client.redeem(landing);
        spentCode = landing.code();
        spentVerifier = landing.verifier();
        assertThat(client.revoke(other.refresh()).statusCode()).isEqualTo(200);
        revoked = other.access();
    }

    /** Waits until every node asks the store again: after a loss, one that is ready may still answer 503 for a moment. */
    void awaitServed() throws Exception {
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        for (int served = 0; served < SERVED_TIMES; ) {
            int status = client.call(unknownToken(), "add", "{}").statusCode();
            served = status == 401 ? served + 1 : 0;
            if (served == 0) {
                assertThat(System.nanoTime()).as("served again").isLessThan(endNanos);
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
    }

    /** One as ours look, each time another: whether it is known only the store can say. */
    private String unknownToken() {
        int secret = Randoms.base64Url(24).length();
        return latest.access().substring(0, latest.access().length() - 1 - secret)
                + Randoms.base64Url(24)
                + latest.access().substring(latest.access().length() - 1);
    }

    /** Of what was answered all is true, and what was not is not. */
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
