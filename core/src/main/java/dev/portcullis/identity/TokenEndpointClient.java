package dev.portcullis.identity;

import dev.portcullis.fetch.Destination;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchRequest;
import dev.portcullis.fetch.FetchedDocument;
import dev.portcullis.identity.IdentityException.Kind;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks the provider's token endpoint: redeems codes (O-143; OpenID Connect Core §3.1.3) and refreshes (O-145; §12). Blocks. */
final class TokenEndpointClient {
    private static final int DOCUMENT_BYTES_MAX = 64 * 1024;
    private static final int CODE_CHARS_MAX = 4 * 1024;
    private static final int TOKEN_CHARS_MAX = 16 * 1024;
    /** RFC 6749 §5.2 has 400 and 401; some say 403 to a person they refuse. */
    private static final Set<Integer> STATUSES = Set.of(200, 400, 401, 403);

    private final OidcSettings settings;
    private final DocumentFetcher fetcher;

    /** @param refreshToken null if it gave none */
    record Tokens(
            String idToken,
            @Nullable String accessToken,
            @Nullable String refreshToken) {
        /** Tokens are not shown. */
        @Override
        public String toString() {
            return "Tokens[…]";
        }
    }

    /**
     * @param idToken null if it gave none, which OpenID Connect Core §12.2 allows
     * @param refreshToken null if the one that was sent stays good
     */
    record Refreshed(
            @Nullable String idToken,
            @Nullable String accessToken,
            @Nullable String refreshToken) {
        /** Tokens are not shown. */
        @Override
        public String toString() {
            return "Refreshed[…]";
        }
    }

    TokenEndpointClient(OidcSettings settings, DocumentFetcher fetcher) {
        this.settings = settings;
        this.fetcher = fetcher;
    }

    /** @throws IdentityException REFUSED, INVALID or UNAVAILABLE */
    Tokens redeem(String code, String codeVerifier, ProviderMetadata metadata) throws IdentityException {
        if (code.isEmpty() || code.length() > CODE_CHARS_MAX) {
            throw invalid("was not asked: the code is empty or longer than " + CODE_CHARS_MAX + " characters");
        }
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", settings.redirectUri().toString());
        form.put("code_verifier", codeVerifier);
        Answer answer = ask(form, metadata);
        if (answer.status != 200) {
            throw refusal(answer.status, answer.error());
        }
        JsonObject json = answer.tokens();
        String idToken = json.string("id_token");
        if (idToken == null) {
            throw invalid("gave no id_token");
        }
        return new Tokens(idToken, json.string("access_token"), refreshToken(json));
    }

    /**
     * RFC 6749 §6.
     *
     * @throws IdentityException REFUSED only where the provider says that this grant of its own is over or the person may not; INVALID or UNAVAILABLE otherwise
     */
    Refreshed refresh(String refreshToken, ProviderMetadata metadata) throws IdentityException {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "refresh_token");
        form.put("refresh_token", refreshToken);
        Answer answer = ask(form, metadata);
        if (answer.status != 200) {
            // 401 is about us (RFC 6749 §5.2), whatever it goes on to say.
            if (answer.status != 401 && "invalid_grant".equals(answer.error())) {
                throw new IdentityException(
                        Kind.REFUSED, "the identity provider's token endpoint refuses the refresh token");
            }
            throw refusal(answer.status, answer.error());
        }
        JsonObject json = answer.tokens();
        return new Refreshed(json.string("id_token"), json.string("access_token"), refreshToken(json));
    }

    private Answer ask(Map<String, String> form, ProviderMetadata metadata) throws IdentityException {
        FetchedDocument answer = ProviderRequests.send(fetcher, request(form, metadata));
        return new Answer(answer.status(), JsonObject.parse(answer.body()));
    }

    /** @param json null if the body is no JSON object */
    private record Answer(int status, @Nullable JsonObject json) {
        @Nullable
        String error() {
            return json == null ? null : json.string("error");
        }

        JsonObject tokens() throws IdentityException {
            if (json == null) {
                throw invalid("answered something that is not a JSON object, or has a member twice");
            }
            if (!"Bearer".equalsIgnoreCase(json.string("token_type"))) {
                throw invalid("gave a token_type other than Bearer: " + Quoted.of(json.string("token_type")));
            }
            return json;
        }
    }

    private FetchRequest request(Map<String, String> form, ProviderMetadata metadata) {
        String secret = settings.clientSecret();
        String authorization = null;
        if (secret != null && clientAuthentication(metadata) == ClientAuthentication.BASIC) {
            authorization = basic(settings.clientId(), secret);
        } else {
            form.put("client_id", settings.clientId());
            if (secret != null) {
                form.put("client_secret", secret);
            }
        }
        return FetchRequest.post(
                metadata.endpoints().token(),
                Destination.CONFIGURED,
                STATUSES,
                DOCUMENT_BYTES_MAX,
                FetchRequest.Body.form(encoded(form)),
                authorization);
    }

    private ClientAuthentication clientAuthentication(ProviderMetadata metadata) {
        if (settings.clientAuthentication() != ClientAuthentication.AUTOMATIC) {
            return settings.clientAuthentication();
        }
        return metadata.clientAuthentication() == null ? ClientAuthentication.BASIC : metadata.clientAuthentication();
    }

    /** RFC 6749 §2.3.1: both are form-encoded before they are joined. */
    private static String basic(String clientId, String secret) {
        String pair = encoded(clientId) + ":" + encoded(secret);
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
    }

    private static @Nullable String refreshToken(JsonObject json) throws IdentityException {
        String refreshToken = json.string("refresh_token");
        if (refreshToken != null && refreshToken.length() > TOKEN_CHARS_MAX) {
            throw invalid("gave a refresh_token longer than " + TOKEN_CHARS_MAX + " characters");
        }
        return refreshToken == null || refreshToken.isEmpty() ? null : refreshToken;
    }

    private static IdentityException refusal(int status, @Nullable String error) {
        if ("access_denied".equals(error)) {
            return new IdentityException(Kind.REFUSED, "the identity provider's token endpoint refuses the person");
        }
        if ("temporarily_unavailable".equals(error) || "server_error".equals(error)) {
            return new IdentityException(
                    Kind.UNAVAILABLE, "the identity provider's token endpoint failed: " + Quoted.of(error));
        }
        if ("invalid_client".equals(error) || "unauthorized_client".equals(error) || status == 401) {
            return invalid("does not accept our client id and secret");
        }
        return invalid("answered " + status + " with the error " + Quoted.of(error));
    }

    static String encoded(Map<String, String> form) {
        return form.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static IdentityException invalid(String what) {
        return new IdentityException(Kind.INVALID, "the identity provider's token endpoint " + what);
    }
}
