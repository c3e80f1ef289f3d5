package dev.portcullis.oauth.client;

import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.store.RegisteredClient.AuthMethod;
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
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** The body of a registration request (RFC 7591 §3.1) → {@link ClientMetadata}. Unknown members are ignored, whatever they hold; known ones must be right (O-128). */
final class RegistrationParser {
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
                    .maxDocumentLength(64 * 1024)
                    .build())
            .build();

    private final RedirectUris redirectUris;

    RegistrationParser(RedirectUris redirectUris) {
        this.redirectUris = redirectUris;
    }

    /** @throws OAuthException INVALID_CLIENT_METADATA or INVALID_REDIRECT_URI */
    ClientMetadata parse(byte[] body) {
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text(body))) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw invalid("the body must be a JSON object");
            }
            var members = new Members();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                readMember(name, json, members);
            }
            if (json.nextToken() != null) {
                throw invalid("the body must be one JSON object and nothing after it");
            }
            return validate(members);
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

    private void readMember(String name, JsonParser json, Members members) {
        switch (name) {
            case "redirect_uris" -> members.redirectUris = readRedirectUris(json);
            case "client_name" -> members.name = readText(name, json);
            case "grant_types" -> members.grantTypes = readTexts(name, json);
            case "response_types" -> members.responseTypes = readTexts(name, json);
            case "token_endpoint_auth_method" -> members.authMethod = readText(name, json);
            default -> {
                if (WEB_PAGES.contains(name)) {
                    requireWebPage(name, readText(name, json));
                } else {
                    json.skipChildren();
                }
            }
        }
    }

    private ClientMetadata validate(Members members) {
        if (members.redirectUris.isEmpty()) {
            throw new OAuthException(OAuthError.INVALID_REDIRECT_URI, "redirect_uris must name at least one URI");
        }
        if (members.responseTypes != null && !members.responseTypes.contains("code")) {
            throw invalid("response_types must include code");
        }
        return new ClientMetadata(
                members.name == null ? null : ClientNames.clean(members.name),
                members.redirectUris,
                authMethod(members.authMethod),
                grantTypes(members.grantTypes));
    }

    /** Absent means basic (RFC 7591 §2, O-129): the answer says so, and brings the secret. */
    private static AuthMethod authMethod(@Nullable String wireName) {
        if (wireName == null) {
            return AuthMethod.CLIENT_SECRET_BASIC;
        }
        for (AuthMethod method : AuthMethod.values()) {
            if (method.wireName().equals(wireName)) {
                return method;
            }
        }
        throw invalid("token_endpoint_auth_method must be none, client_secret_basic or client_secret_post");
    }

    /** Absent means refresh tokens too: MCP clients rely on them (O-93). */
    private static List<String> grantTypes(@Nullable List<String> requested) {
        if (requested == null) {
            return ClientMetadata.GRANT_TYPES;
        }
        if (!requested.contains(ClientMetadata.AUTHORIZATION_CODE)) {
            throw invalid("grant_types must include authorization_code");
        }
        return ClientMetadata.GRANT_TYPES.stream().filter(requested::contains).toList();
    }

    private List<String> readRedirectUris(JsonParser json) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new OAuthException(OAuthError.INVALID_REDIRECT_URI, "redirect_uris must be an array of strings");
        }
        var uris = new LinkedHashSet<String>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_STRING || !redirectUris.isRegistrable(json.getString())) {
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

    private static @Nullable String readText(String name, JsonParser json) {
        return switch (json.currentToken()) {
            case VALUE_STRING -> json.getString();
            case VALUE_NULL -> null;
            default -> throw invalid(name + " must be a string");
        };
    }

    private static @Nullable List<String> readTexts(String name, JsonParser json) {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw invalid(name + " must be an array of strings");
        }
        var texts = new ArrayList<String>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_STRING || texts.size() == LIST_MAX) {
                throw invalid(name + " must be an array of at most " + LIST_MAX + " strings");
            }
            texts.add(json.getString());
        }
        return texts;
    }

    /** Never fetched and not kept; but what is no web page is a mistake that its sender should hear of. */
    private static void requireWebPage(String name, @Nullable String text) {
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
        throw invalid(name + " must be an http or https URL");
    }

    private static OAuthException invalid(String description) {
        return new OAuthException(OAuthError.INVALID_CLIENT_METADATA, description);
    }

    /** What the body said, before it is put together. */
    private static final class Members {
        List<String> redirectUris = List.of();

        @Nullable
        String name;

        @Nullable
        String authMethod;

        @Nullable
        List<String> grantTypes;

        @Nullable
        List<String> responseTypes;
    }
}
