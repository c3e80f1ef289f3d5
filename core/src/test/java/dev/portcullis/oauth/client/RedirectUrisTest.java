package dev.portcullis.oauth.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** O-50, O-51; T-58. */
final class RedirectUrisTest {
    private final RedirectUris uris = new RedirectUris(List.of("cursor", "VSCode", "javascript"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://claude.ai/api/mcp/auth_callback",
                "https://app.example.com:8443/cb?x=1&y=%20",
                "https://vscode.dev/redirect",
                "HTTPS://Example.com/cb",
                "https://[2001:db8::1]/cb",
                "http://localhost:3334/oauth/callback",
                "http://localhost",
                "http://127.0.0.1/",
                "http://127.0.0.1:33418/",
                "http://127.8.9.255:1/cb",
                "http://[::1]:8080/cb",
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "vscode://vscode.github-authentication/did-authenticate",
                "com.example.app:/oauth2redirect",
                "com.example.app://cb"
            })
    void isRegistrableWhenAllowedThenTrue(String uri) {
        assertThat(uris.isRegistrable(uri)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "cb",
                "/cb",
                "HTTP://localhost/cb",
                "http://LOCALHOST/cb",
                "//evil.example/cb",
                ":",
                "https:",
                "https://",
                "https:///cb",
                "https:/cb",
                "https://user@example.com/cb",
                "https://user:pw@example.com/cb",
                "https://example.com@evil.example/cb",
                "https://example.com/cb#frag",
                "https://example.com/cb#",
                "https://example.com/c b",
                " https://example.com/cb",
                "https://example.com/cb ",
                "https://example.com\\@evil.example/",
                "https://example.com/\r\nLocation: x",
                "https://example.com/\u0000",
                "https://exämple.com/cb",
                "https://example.com/ä",
                "https://example.com:99999/cb",
                "https://example.com:x/cb",
                "https://exa_mple.com/cb",
                "https://*.example.com/cb",
                "http://example.com/cb",
                "http://localhost.evil.example/cb",
                "http://127.0.0.1.evil.example/cb",
                "http://128.0.0.1/cb",
                "http://0.0.0.0/cb",
                "http://127.0.0.256/cb",
                "http://2130706433/cb",
                "http://localhost@evil.example/cb",
                "http://[::1:cb",
                "javascript:alert(1)",
                "JavaScript:alert(1)",
                "data:text/html,x",
                "vbscript:x",
                "file:///etc/passwd",
                "about:blank",
                "blob:https://example.com/x",
                "mailto:a@example.com",
                "ws://localhost/",
                "wss://example.com/",
                "ftp://example.com/",
                "zed://x",
                ".x:/cb",
                "com.example.app:",
                "com.example.app://user@host/cb",
                "urn:ietf:wg:oauth:2.0:oob"
            })
    void isRegistrableWhenForbiddenThenFalse(String uri) {
        assertThat(uris.isRegistrable(uri)).isFalse();
    }

    @Test
    void isRegistrableWhenTooLongThenFalse() {
        String beginning = "https://example.com/";
        String longest = beginning + "x".repeat(RedirectUris.CHARS_MAX - beginning.length());
        assertThat(uris.isRegistrable(longest)).isTrue();
        assertThat(uris.isRegistrable(longest + "x")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "https://example.com/cb, https://example.com/cb",
        "http://localhost:3334/cb, http://localhost:3334/cb",
        "http://localhost:3334/cb, http://localhost:65535/cb",
        "http://localhost:3334/cb, http://localhost/cb",
        "http://localhost/cb, http://localhost:1/cb",
        "http://127.0.0.1/, http://127.0.0.1:49152/",
        "http://[::1]/cb?x=1, http://[::1]:5000/cb?x=1",
        "http://localhost, http://localhost:1234",
        "cursor://a/b, cursor://a/b"
    })
    void matchesWhenSameButForALoopbackPortThenTrue(String registered, String requested) {
        assertThat(RedirectUris.matches(registered, requested)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "https://example.com/cb, https://example.com/cb/",
        "https://example.com/cb, https://example.com:443/cb",
        "https://example.com/cb, https://EXAMPLE.com/cb",
        "https://example.com/cb, https://example.com/cb?x=1",
        "https://example.com/cb, https://example.com/cb/../x",
        "https://example.com/cb, https://example.com/%63b",
        "https://example.com/cb, http://example.com/cb",
        "https://localhost/cb, https://localhost:1/cb",
        "http://localhost/cb, http://127.0.0.1/cb",
        "http://localhost/cb, http://LOCALHOST/cb",
        "http://localhost/cb, http://localhost:1/other",
        "http://localhost/cb, http://localhost:1/cb?x",
        "http://localhost/cb?x=1, http://localhost:1/cb?x=2",
        "http://localhost/cb, http://localhost:99999/cb",
        "http://localhost/cb, http://localhost:123456/cb",
        "http://localhost/cb, http://localhost:/cb",
        "http://localhost/cb, http://localhost:x/cb",
        "http://localhost/cb, http://localhost:80@evil.example/cb",
        "http://localhost, http://localhost:80@evil.example",
        "http://localhost, http://localhost:80evil.example",
        "http://localhost, http://localhost.evil.example",
        "http://localhost/cb, http://localhost@evil.example/cb",
        "http://localhost/cb, http://localhost:1\\@evil.example/cb",
        "http://localhost/cb, http://localhost:1/cb#x",
        "http://localhost/cb, //localhost/cb",
        "http://127.0.0.1/cb, http://127.0.0.2/cb",
        "http://[::1]/cb, http://[::2]/cb",
        "http://[::1]/cb, http://[::1/cb",
        "cursor://a/b, cursor://a:1/b"
    })
    void matchesWhenAnythingElseDiffersThenFalse(String registered, String requested) {
        assertThat(RedirectUris.matches(registered, requested)).isFalse();
    }

    @Test
    void isLoopbackWhenHttpToThisMachineThenTrue() {
        assertThat(RedirectUris.isLoopback("http://localhost:1/cb")).isTrue();
        assertThat(RedirectUris.isLoopback("http://[::1]/cb")).isTrue();
        assertThat(RedirectUris.isLoopback("https://localhost/cb")).isFalse();
        assertThat(RedirectUris.isLoopback("http://localhost.example/cb")).isFalse();
    }
}
