package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trail that a sign-in, its refreshes, a reuse and revocations leave (O-181), and what is never in it (T-94); and the operators' commands (O-183). */
class AuditIT {
    private static final String ADMIN_TOKEN = "an-admin-token-canary-of-many-characters";
    private static final Pattern WHAT = Pattern.compile("\"event\":\"([a-z_]+)\",\"outcome\":\"([a-z]+)\"");

    @TempDir
    Path folder;

    @Test
    void trailWhenPeopleSignInAndLeaveThenHasEachStepOnceAndNoSecret() throws Exception {
        Path log = folder.resolve("audit.jsonl");
        var settings = Map.of("AUDIT_LOG", "file:" + log, "ADMIN_TOKEN", ADMIN_TOKEN, "REFRESH_OVERLAP_SECONDS", "0");
        try (var server = ServerProcess.start(folder, settings)) {
            var client = new ScriptedClient(server.uri("/"));
            var landing = client.signInUntilCode("alice@example.com");
            var tokens = client.redeem(landing);
            var second = client.refresh(tokens.refresh());
            var third = client.refresh(second.refresh());
            awaitEndOfOverlap(client, tokens.refresh());
            var again = client.signIn("alice@example.com");
            assertThat(client.revoke(again.refresh()).statusCode()).isEqualTo(200);
            var last = client.signIn("bob@example.com");
            var command = Map.of(
                    "ADMIN_TOKEN",
                    ADMIN_TOKEN,
                    "MANAGEMENT_PORT",
                    Integer.toString(server.managementPort()),
                    "PORT",
                    Integer.toString(server.port()));
            var listed = ServerProcess.run(folder, command, "grants", "--client", client.clientId());
            assertThat(listed.status()).as(listed.output()).isZero();
            assertThat(listed.output()).contains("\"total\":1");
            var revoked = ServerProcess.run(folder, command, "revoke", "--client", client.clientId());
            assertThat(revoked.output()).contains("{\"revoked\":1}");
            assertThat(client.tryRefresh(last.refresh()).statusCode()).isEqualTo(400);

            assertThat(server.stop()).isZero();
            String text = Files.readString(log);
            var seen = WHAT.matcher(text)
                    .results()
                    .map(found -> found.group(1) + " " + found.group(2))
                    .toList();
            assertThat(seen)
                    .startsWith(
                            "client_registered ok",
                            "authorize ok",
                            "consent ok",
                            "sign_in ok",
                            "code_issued ok",
                            "token_issued ok")
                    .containsOnlyOnce("refresh_token_reused failed")
                    .contains("token_refreshed ok", "grant_revoked ok");
            assertThat(seen).filteredOn("token_issued ok"::equals).hasSize(3);
            assertThat(text.lines()).allMatch(line -> line.startsWith("{\"time\":\"20") && line.endsWith("}"));
            assertThat(server.output()).doesNotContain(ADMIN_TOKEN, tokens.access(), tokens.refresh(), third.refresh());
            for (String secret : List.of(
                    ADMIN_TOKEN,
                    tokens.access(),
                    tokens.refresh(),
                    third.refresh(),
                    landing.verifier(),
                    String.valueOf(landing.parameters().get("code")),
                    client.clientId(),
                    "alice",
                    "@example.com")) {
                assertThat(text).doesNotContain(secret);
            }
        }
    }

    /** An overlap of 0 s is over with the second in which the successor was used: until then the used token is answered as a lost answer is. */
    private static void awaitEndOfOverlap(ScriptedClient client, String usedToken) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        int status = client.tryRefresh(usedToken).statusCode();
        while (status == 200 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(50);
            status = client.tryRefresh(usedToken).statusCode();
        }
        assertThat(status).isEqualTo(400);
    }
}
