package dev.portcullis.oauth.client;

import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.store.RegisteredClient.ClientKeys;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The members of client metadata (RFC 7591 §2) as they were sent: in a registration, or in a document. Unknown members are ignored, whatever they hold, and so are
 * those in a certain language ({@code client_name#de}); known ones must be of the right kind (O-128). What they may say is for others. One thread.
 */
final class MetadataMembers {
    private static final int REDIRECT_URIS_MAX = 20;
    private static final int LIST_MAX = 50;
    private static final Set<String> WEB_PAGES = Set.of("client_uri", "logo_uri", "tos_uri", "policy_uri");
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(32)
                    .maxStringLength(64 * 1024)
                    .maxNameLength(256)
                    .maxNumberLength(100)
                    .build())
            .build();

    private final RedirectUris rules;
    private List<String> redirectUris = List.of();
    private @Nullable String clientId;
    private @Nullable String name;
    private @Nullable String authMethod;
    private List<String> otherAuthMethods = List.of();
    private @Nullable List<String> grantTypes;
    private @Nullable List<String> responseTypes;
    private @Nullable String scope;
    private @Nullable String jwks;
    private @Nullable String jwksUri;
    private boolean hasSecret;

    private MetadataMembers(RedirectUris rules) {
        this.rules = rules;
    }

    /**
     * @param body JSON, UTF-8, of a length that the caller has bounded
     * @throws OAuthException INVALID_CLIENT_METADATA or INVALID_REDIRECT_URI
     */
    static MetadataMembers read(byte[] body, RedirectUris rules) {
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text(body))) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw invalid("the body must be a JSON object");
            }
            var members = new MetadataMembers(rules);
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                members.readMember(name, json);
            }
            if (json.nextToken() != null) {
                throw invalid("the body must be one JSON object and nothing after it");
            }
            return members;
        } catch (JacksonException e) {
            throw invalid("the body is not well-formed JSON, repeats a member, or is too deep");
        }
    }

    /** Decoded by us: the parser would guess at UTF-16 and UTF-32 too. */
    private static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw invalid("the body is not UTF-8");
        }
    }

    private void readMember(String member, JsonParser json) {
        switch (member) {
            case "redirect_uris" -> redirectUris = readRedirectUris(json);
            case "client_id" -> clientId = readText(member, json);
            case "client_name" -> name = readText(member, json);
            case "grant_types" -> grantTypes = readTexts(member, json);
            case "response_types" -> responseTypes = readTexts(member, json);
            case "token_endpoint_auth_method" -> authMethod = readText(member, json);
            case "token_endpoint_auth_methods_supported" -> {
                List<String> texts = readTexts(member, json);
                otherAuthMethods = texts == null ? List.of() : texts;
            }
            case "scope" -> scope = readText(member, json);
            case "jwks" -> jwks = readObject(json);
            case "jwks_uri" -> jwksUri = readText(member, json);
            case "client_secret", "client_secret_expires_at" -> {
                hasSecret = true;
                json.skipChildren();
            }
            default -> {
                if (WEB_PAGES.contains(member)) {
                    requireWebPage(member, readText(member, json));
                } else {
                    json.skipChildren();
                }
            }
        }
    }

    @Nullable
    String clientId() {
        return clientId;
    }

    /** As it was sent; {@link ClientNames} makes something of it that can be shown. */
    @Nullable
    String name() {
        return name;
    }

    /** @throws OAuthException INVALID_REDIRECT_URI: there is none */
    List<String> redirectUris() {
        if (redirectUris.isEmpty()) {
            throw new OAuthException(OAuthError.INVALID_REDIRECT_URI, "redirect_uris must name at least one URI");
        }
        return redirectUris;
    }

    @Nullable
    String authMethod() {
        return authMethod;
    }

    /** {@code token_endpoint_auth_methods_supported}: what a document offers beside {@code token_endpoint_auth_method}. */
    List<String> otherAuthMethods() {
        return otherAuthMethods;
    }

    @Nullable
    String scope() {
        return scope;
    }

    boolean hasSecret() {
        return hasSecret;
    }

    /** Absent means refresh tokens too: MCP clients rely on them (O-93). Others than those of {@link ClientMetadata#GRANT_TYPES} are dropped. */
    List<String> grantTypes() {
        if (grantTypes == null) {
            return ClientMetadata.GRANT_TYPES;
        }
        if (!grantTypes.contains(ClientMetadata.AUTHORIZATION_CODE)) {
            throw invalid("grant_types must include authorization_code");
        }
        return ClientMetadata.GRANT_TYPES.stream().filter(grantTypes::contains).toList();
    }

    /** Others than {@code code} are dropped. */
    void requireCodeResponse() {
        if (responseTypes != null && !responseTypes.contains("code")) {
            throw invalid("response_types must include code");
        }
    }

    /** What assertions of the client are verified with (RFC 7591 §2): one of {@code jwks} and {@code jwks_uri}. */
    ClientKeys keys() {
        if (jwks != null && jwksUri == null) {
            return new ClientKeys.Inline(PublicKeySets.clean(jwks));
        }
        if (jwks != null || jwksUri == null) {
            throw invalid("private_key_jwt needs either jwks or jwks_uri");
        }
        if (!ClientAddresses.isAddress(jwksUri)) {
            throw invalid("jwks_uri must be an https URL");
        }
        return new ClientKeys.At(jwksUri);
    }

    private List<String> readRedirectUris(JsonParser json) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new OAuthException(OAuthError.INVALID_REDIRECT_URI, "redirect_uris must be an array of strings");
        }
        var uris = new LinkedHashSet<String>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_STRING || !rules.isRegistrable(json.getString())) {
                throw new OAuthException(
                        OAuthError.INVALID_REDIRECT_URI,
                        "a redirect URI must be https, http to a loopback address, or of a private-use scheme, and have no fragment");
            }
            uris.add(json.getString());
            if (uris.size() > REDIRECT_URIS_MAX) {
                throw new OAuthException(
                        OAuthError.INVALID_REDIRECT_URI, "redirect_uris must not have more than " + REDIRECT_URIS_MAX);
            }
        }
        return List.copyOf(uris);
    }

    private static @Nullable String readText(String member, JsonParser json) {
        return switch (json.currentToken()) {
            case VALUE_STRING -> json.getString();
            case VALUE_NULL -> null;
            default -> throw invalid(member + " must be a string");
        };
    }

    private static @Nullable List<String> readTexts(String member, JsonParser json) {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw invalid(member + " must be an array of strings");
        }
        var texts = new ArrayList<String>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_STRING || texts.size() == LIST_MAX) {
                throw invalid(member + " must be an array of at most " + LIST_MAX + " strings");
            }
            texts.add(json.getString());
        }
        return texts;
    }

    /** @return its text, whatever it is; null for null */
    private static @Nullable String readObject(JsonParser json) {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        var text = new StringWriter();
        try (JsonGenerator copy = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            copy.copyCurrentStructure(json);
        }
        return text.toString();
    }

    /** Never fetched and not kept; but what is no web page is a mistake that its sender should hear of. */
    private static void requireWebPage(String member, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            return;
        }
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (uri.getHost() != null && (scheme.equals("https") || scheme.equals("http"))) {
                return;
            }
        } catch (URISyntaxException e) {
            // Refused like any other text that is no web page.
        }
        throw invalid(member + " must be an http or https URL");
    }

    static OAuthException invalid(String description) {
        return new OAuthException(OAuthError.INVALID_CLIENT_METADATA, description);
    }
}
