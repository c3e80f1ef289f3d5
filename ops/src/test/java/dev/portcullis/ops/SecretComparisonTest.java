package dev.portcullis.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * T-76: what must not be guessed is compared by its hash ({@code TokenHash.equals}) or in constant time, never as text or bytes. Looks at the words of the sources, since
 * types do not tell a secret from a name.
 */
class SecretComparisonTest {
    private static final String SECRET =
            "(?i:\\w*(?:secret|nonce|verifier|challenge|signature|csrf|password|credential|jkt)s?|\\w*(?:token|code|state|proof|mac)(?:Text|Value|Bytes)?)";
    private static final Pattern COMPARED =
            Pattern.compile("\\b" + SECRET + "(?:\\(\\))?\\.(?:equals|equalsIgnoreCase|contentEquals)\\("
                    + "|[.]equals(?:IgnoreCase)?\\((?:\\w+\\.)*" + SECRET + "(?:\\(\\))?\\)"
                    + "|Arrays\\.equals\\((?:\\w+\\.)*" + SECRET + "\\b");

    /** Lines that look so and are not: hashes that bear such a name, two values of the provider's own, a word of JSON Web Keys. */
    private static final List<String> NO_SECRETS = List.of(
            "TokenHash.of(header.substring(BEARER.length()).strip()).equals(initialAccessToken)",
            "                        .equals(token);", // GrantsEndpoint: two TokenHash
            "next.equals(props.upstreamRefreshToken())",
            "KeyUse.SIGNATURE.equals(");

    private static List<String> comparisonsIn(String name, List<String> lines) {
        var found = new ArrayList<String>();
        for (String line : lines) {
            if (COMPARED.matcher(line).find() && NO_SECRETS.stream().noneMatch(line::contains)) {
                found.add(name + ": " + line.strip());
            }
        }
        return found;
    }

    @Test
    void mainSourcesNeverCompareSecretsAsTheyAre() throws IOException {
        var found = new ArrayList<String>();
        var files = new ArrayList<Path>();
        for (String room : List.of("oauth", "identity", "crypto")) {
            files.addAll(sources(Path.of("../core/src/main/java/dev/portcullis", room)));
        }
        files.addAll(sources(Path.of("../transport/src/main/java/dev/portcullis/http")));
        files.addAll(sources(Path.of("../transport/src/main/java/dev/portcullis/endpoint/oauth")));
        files.addAll(sources(Path.of("../transport/src/main/java/dev/portcullis/endpoint/admin")));
        assertThat(files).hasSizeGreaterThan(100);
        for (Path file : files) {
            found.addAll(comparisonsIn(file.getFileName().toString(), Files.readAllLines(file)));
        }
        assertThat(found).isEmpty();
    }

    private static List<Path> sources(Path room) throws IOException {
        try (var all = Files.walk(room)) {
            return all.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return clientSecret.equals(sent);",
                "if (sent.equals(form.secret())) {",
                "nonce.equals(claims.string(\"nonce\"))",
                "Arrays.equals(mac, made)",
                "pending.state().equals(state)",
                "accessToken.equals(known)",
            })
    void comparisonsInWhenASecretIsComparedThenIsFound(String line) {
        assertThat(comparisonsIn("X", List.of(line))).hasSize(1);
    }
}
