package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Scopes;
import org.junit.jupiter.api.Test;

/** O-20…O-23, O-29; H: RFC 6750 §3, RFC 9728 §5.1. */
final class BearerChallengeTest {
    private final BearerChallenge.Resource challenges =
            new BearerChallenge.Resource("https://mcp.example.com/mcp", Scopes.of("tools", "images"));

    private static final String METADATA =
            "resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\"";

    @Test
    void noTokenWhenAskedThenNamesMetadataAndScopesAndNoError() {
        Reply reply = challenges.noToken().toReply();

        assertThat(reply.status().code()).isEqualTo(401);
        assertThat(header(reply, "www-authenticate")).isEqualTo("Bearer " + METADATA + ", scope=\"tools images\"");
        assertThat(header(reply, "cache-control")).isEqualTo("no-store");
        assertThat(reply.body().readableBytes()).isZero();
    }

    @Test
    void invalidTokenWhenAskedThenSaysOneThingForAllCauses() {
        Reply reply = challenges.invalidToken().toReply();

        assertThat(reply.status().code()).isEqualTo(401);
        assertThat(header(reply, "www-authenticate"))
                .isEqualTo("Bearer error=\"invalid_token\", error_description=\"The access token is unknown, expired, "
                        + "revoked or for another resource\", " + METADATA + ", scope=\"tools images\"");
        assertThat(header(reply, "cache-control")).isEqualTo("no-store");
        assertThat(challenges.invalidToken().json()).startsWith("{\"error\":\"invalid_token\",");
    }

    @Test
    void invalidRequestWhenAskedThenIs400() {
        assertThat(challenges.invalidRequest().status().code()).isEqualTo(400);
        assertThat(challenges.invalidRequest().wwwAuthenticate()).startsWith("Bearer error=\"invalid_request\", ");
    }

    @Test
    void insufficientScopeWhenAskedThenNamesAllThatIsNeeded() {
        BearerChallenge challenge = challenges.insufficientScope(Scopes.of("images", "admin"));

        assertThat(challenge.status().code()).isEqualTo(403);
        assertThat(challenge.wwwAuthenticate())
                .startsWith("Bearer error=\"insufficient_scope\", ")
                .contains(METADATA)
                .endsWith(", scope=\"images admin\"");
    }

    @Test
    void noTokenWhenThereAreNoScopesThenLeavesThemOut() {
        var bare = new BearerChallenge.Resource("http://localhost:8788", Scopes.NONE);

        assertThat(bare.noToken().wwwAuthenticate())
                .isEqualTo("Bearer resource_metadata=\"http://localhost:8788/.well-known/oauth-protected-resource\"");
    }

    private static String header(Reply reply, String name) {
        return reply.headers().stream()
                .filter(field -> field.getKey().toString().equals(name))
                .map(field -> field.getValue().toString())
                .findFirst()
                .orElse(null);
    }
}
