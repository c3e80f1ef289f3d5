package dev.portcullis.ops.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Randoms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A certified OpenID provider that we did not write, in the place of Access: sign-in works with configuration only. */
class OidcProviderIT {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"client_secret_basic", "client_secret_post"})
    void signInWhenProviderIsAnotherThenOnlySettingsDiffer(String authMethod) throws Exception {
        int port = ServerProcess.freePort();
        String secret = Randoms.base64Url(24);
        try (var provider = NodeScript.start(
                folder,
                "oidc-provider.mjs",
                "--client-id",
                "portcullis",
                "--client-secret",
                secret,
                "--redirect-uri",
                "http://localhost:" + port + "/callback",
                "--auth-method",
                authMethod,
                "--require-pkce",
                "--stdin-ends-it")) {
            Files.write(
                    folder.resolve(".dev.vars"),
                    List.of(
                            "ACCESS_ISSUER="
                                    + provider.firstLine().get("issuer").asString(),
                            "ACCESS_CLIENT_ID=portcullis",
                            "ACCESS_CLIENT_SECRET=\"" + secret + "\"",
                            "COOKIE_ENCRYPTION_KEY=" + Randoms.base64Url(32),
                            "ALLOWED_EMAILS=Grace@Example.com"));
            try (var server = ServerProcess.start(folder, port, java.util.Map.of())) {
                JsonNode seen = NodeScript.run(
                        folder,
                        "sdk-client.mjs",
                        "--url",
                        server.uri("/mcp").toString(),
                        "--email",
                        "grace@example.com",
                        "--name",
                        "Grace",
                        "--groups",
                        "staff",
                        "--expect-image");
                assertThat(seen.get("add").asString()).isEqualTo("5");
                assertThat(seen.get("tools").toString()).contains("generateImage");
            }
        }
    }
}
