package dev.portcullis.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Scopes;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** O-43. */
final class ResourceMatcherTest {
    private final ResourceMatcher matcher = new ResourceMatcher(new OAuthSettings(
            URI.create("https://mcp.example.com"),
            List.of("https://mcp.example.com/mcp", "https://bare.example.com"),
            Scopes.NONE,
            Scopes.NONE,
            true,
            List.of(),
            OAuthSettings.Lives.DEFAULT));

    @ParameterizedTest
    @CsvSource({
        "https://mcp.example.com/mcp, https://mcp.example.com/mcp",
        "HTTPS://MCP.Example.COM:443/mcp, https://mcp.example.com/mcp",
        "https://mcp.example.com, https://mcp.example.com/mcp",
        "https://mcp.example.com/, https://mcp.example.com/mcp",
        "https://bare.example.com/, https://bare.example.com"
    })
    void matchWhenOursInAnySpellingThenTheExactString(String requested, String ours) {
        assertThat(matcher.match(requested)).isEqualTo(ours);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mcp",
                "/mcp",
                "https://mcp.example.com/mcp/",
                "https://mcp.example.com/MCP",
                "https://mcp.example.com/mcp#",
                "https://mcp.example.com/mcp?x",
                "https://mcp.example.com/%6dcp",
                "https://mcp.example.com/x/../mcp",
                "https://user@mcp.example.com/mcp",
                "https://mcp.example.com:8443/mcp",
                "http://mcp.example.com/mcp",
                "https://mcp.example.com.evil.example/mcp",
                "https://mcp.example.com/m cp",
                "urn:mcp"
            })
    void matchWhenNotOursThenNull(String requested) {
        assertThat(matcher.match(requested)).isNull();
    }
}
