package dev.portcullis.oauth.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthSettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** O-10…O-16. */
final class MetadataDocumentsTest {
    private static final String METHODS =
            "[\"none\",\"client_secret_basic\",\"client_secret_post\",\"private_key_jwt\"]";

    private static final OAuthSettings SETTINGS = new OAuthSettings(
            URI.create("https://mcp.example.com"),
            List.of("https://mcp.example.com/mcp", "https://mcp.example.com/sse"),
            Scopes.of("tools", "images"),
            Scopes.of("tools"),
            true,
            List.of(),
            OAuthSettings.Lives.DEFAULT);

    private static String document(MetadataDocuments documents, String path) {
        return new String(documents.byPath().get(path), StandardCharsets.UTF_8);
    }

    @Test
    void byPathWhenThereAreTwoResourcesThenEachHasItsOwnAndTheRootIsTheFirst() {
        var documents = new MetadataDocuments(SETTINGS, null, null);

        assertThat(documents.byPath())
                .containsOnlyKeys(
                        "/.well-known/oauth-authorization-server",
                        "/.well-known/oauth-protected-resource",
                        "/.well-known/oauth-protected-resource/mcp",
                        "/.well-known/oauth-protected-resource/sse");
        assertThat(document(documents, "/.well-known/oauth-protected-resource/mcp"))
                .isEqualTo("{\"resource\":\"https://mcp.example.com/mcp\","
                        + "\"authorization_servers\":[\"https://mcp.example.com\"],"
                        + "\"scopes_supported\":[\"tools\"],\"bearer_methods_supported\":[\"header\"]}");
        assertThat(document(documents, "/.well-known/oauth-protected-resource"))
                .isEqualTo(document(documents, "/.well-known/oauth-protected-resource/mcp")); // O-10: identical bytes
        assertThat(document(documents, "/.well-known/oauth-protected-resource/sse"))
                .contains("\"resource\":\"https://mcp.example.com/sse\"");
    }

    @Test
    void byPathWhenAllIsOnThenTheServerDocumentSaysWhatThereIs() {
        var documents = new MetadataDocuments(SETTINGS, null, "https://docs.example.com/");

        assertThat(document(documents, "/.well-known/oauth-authorization-server"))
                .isEqualTo("{\"issuer\":\"https://mcp.example.com\","
                        + "\"authorization_endpoint\":\"https://mcp.example.com/authorize\","
                        + "\"token_endpoint\":\"https://mcp.example.com/token\","
                        + "\"registration_endpoint\":\"https://mcp.example.com/register\","
                        + "\"revocation_endpoint\":\"https://mcp.example.com/revoke\","
                        + "\"scopes_supported\":[\"tools\",\"images\"],"
                        + "\"response_types_supported\":[\"code\"],\"response_modes_supported\":[\"query\"],"
                        + "\"grant_types_supported\":[\"authorization_code\",\"refresh_token\"],"
                        + "\"token_endpoint_auth_methods_supported\":" + METHODS + ","
                        + "\"token_endpoint_auth_signing_alg_values_supported\":[\"RS256\",\"PS256\",\"ES256\"],"
                        + "\"revocation_endpoint_auth_methods_supported\":" + METHODS + ","
                        + "\"revocation_endpoint_auth_signing_alg_values_supported\":[\"RS256\",\"PS256\",\"ES256\"],"
                        + "\"code_challenge_methods_supported\":[\"S256\"],"
                        + "\"authorization_response_iss_parameter_supported\":true,"
                        + "\"client_id_metadata_document_supported\":true,"
                        + "\"service_documentation\":\"https://docs.example.com/\"}");
    }

    /** O-16: what is off is not mentioned. */
    @Test
    void byPathWhenRegistrationIsOffThenItIsNotMentioned() {
        var documents = new MetadataDocuments(
                SETTINGS.offering(
                        new OAuthSettings.Offered(false, false, false, false, false, false, OAuthSettings.Dpop.OFF)),
                "Tools",
                null);

        assertThat(document(documents, "/.well-known/oauth-authorization-server"))
                .doesNotContain("registration_endpoint");
        assertThat(document(documents, "/.well-known/oauth-protected-resource"))
                .contains("\"resource_name\":\"Tools\"");
    }

    @Test
    void protectedResourceUrlWhenResourceHasNoPathThenIsTheRoot() {
        assertThat(MetadataUrls.protectedResourceUrl("https://mcp.example.com"))
                .isEqualTo("https://mcp.example.com/.well-known/oauth-protected-resource");
        assertThat(MetadataUrls.protectedResourceUrl("http://localhost:8788/mcp"))
                .isEqualTo("http://localhost:8788/.well-known/oauth-protected-resource/mcp");
    }
}
