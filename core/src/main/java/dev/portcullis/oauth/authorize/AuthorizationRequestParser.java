package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.FormParameters;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.OAuthSettings.Dpop;
import dev.portcullis.oauth.ResourceMatcher;
import dev.portcullis.oauth.authorize.AuthorizationRequest.Prompt;
import dev.portcullis.oauth.browser.PageReason;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.client.FoundClient;
import dev.portcullis.oauth.client.RedirectUris;
import dev.portcullis.oauth.dpop.DpopProofs;
import dev.portcullis.store.RegisteredClient;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Untrusted parameters → {@link AuthorizationRequest}, in the order of O §4.1: first what decides whether there is anybody to answer to, then the rest. Parameters
 * without a value count as absent (RFC 6749 §3.1), unknown ones are ignored (O-31), and descriptions of errors hold nothing of the request. Any thread; blocks on
 * the store to find the client.
 */
final class AuthorizationRequestParser {
    private static final int CHALLENGE_CHARS = 43;
    private static final String OFFLINE_ACCESS = "offline_access";

    private final OAuthSettings settings;
    private final ResourceMatcher resources;
    private final Clients clients;

    AuthorizationRequestParser(OAuthSettings settings, Clients clients) {
        this.settings = settings;
        this.resources = new ResourceMatcher(settings);
        this.clients = clients;
    }

    /**
     * @param parameters decoded, each name with its values in order
     * @param nowSeconds Unix time in seconds
     */
    ParsedAuthorization parse(Map<String, List<String>> parameters, long nowSeconds) {
        if (isRepeated(parameters, "client_id") || isRepeated(parameters, "redirect_uri")) {
            return new ParsedAuthorization.Unreturnable(PageReason.REPEATED_PARAMETER);
        }
        String clientId = value(parameters, "client_id");
        FoundClient found = clientId == null ? new FoundClient.Unknown() : clients.find(clientId, nowSeconds);
        return switch (found) {
            case FoundClient.Known(RegisteredClient client) -> parse(parameters, client);
            case FoundClient.Unknown() -> new ParsedAuthorization.Unreturnable(PageReason.UNKNOWN_CLIENT);
            case FoundClient.Unavailable() -> new ParsedAuthorization.Unreturnable(PageReason.CLIENT_UNAVAILABLE);
        };
    }

    private ParsedAuthorization parse(Map<String, List<String>> parameters, RegisteredClient client) {
        String redirectUri = value(parameters, "redirect_uri");
        if (redirectUri == null || !isRedirectOf(client, redirectUri)) {
            return new ParsedAuthorization.Unreturnable(PageReason.BAD_REDIRECT_URI);
        }
        try {
            return new ParsedAuthorization.Valid(parseRest(FormParameters.of(parameters), client, redirectUri));
        } catch (OAuthException e) {
            String state = isRepeated(parameters, "state") ? null : value(parameters, "state");
            boolean silent = List.of("none").equals(parameters.get("prompt"));
            return new ParsedAuthorization.Faulty(client, redirectUri, state, e.error(), e.description(), silent);
        }
    }

    private static boolean isRedirectOf(RegisteredClient client, String requested) {
        return RedirectTarget.of(requested) != null
                && client.redirectUris().stream().anyMatch(registered -> RedirectUris.matches(registered, requested));
    }

    private AuthorizationRequest parseRest(FormParameters parameters, RegisteredClient client, String redirectUri) {
        refuseRequestObjects(parameters);
        checkResponseType(parameters.get("response_type"), client);
        checkResponseMode(parameters.get("response_mode"));
        return new AuthorizationRequest(
                client,
                redirectUri,
                parameters.get("state"),
                parseChallenge(parameters.get("code_challenge"), parameters.get("code_challenge_method")),
                parseResources(parameters.all("resource")),
                parseScopes(parameters.get("scope"), client),
                parsePrompt(parameters.get("prompt")),
                parseDpopKey(parameters.get("dpop_jkt")));
    }

    private static void refuseRequestObjects(FormParameters parameters) {
        if (parameters.get("request") != null) {
            throw new OAuthException(OAuthError.REQUEST_NOT_SUPPORTED, "request objects are not supported");
        }
        if (parameters.get("request_uri") != null) {
            throw new OAuthException(OAuthError.REQUEST_URI_NOT_SUPPORTED, "request_uri is not supported");
        }
    }

    private static void checkResponseType(@Nullable String responseType, RegisteredClient client) {
        if (responseType == null) {
            throw invalidRequest("response_type is missing");
        }
        if (!responseType.equals("code")) {
            throw new OAuthException(OAuthError.UNSUPPORTED_RESPONSE_TYPE, "response_type must be code");
        }
        if (!client.grantTypes().contains("authorization_code")) {
            throw new OAuthException(
                    OAuthError.UNAUTHORIZED_CLIENT, "this client is not registered for authorization_code");
        }
    }

    private static void checkResponseMode(@Nullable String responseMode) {
        if (responseMode != null && !responseMode.equals("query")) {
            throw invalidRequest("response_mode must be query");
        }
    }

    /** PKCE for everybody; an absent method means {@code plain}, which is never good enough (RFC 7636 §4.3, O-30). */
    private static String parseChallenge(@Nullable String challenge, @Nullable String method) {
        if (challenge == null) {
            throw invalidRequest("code_challenge is missing");
        }
        if (!"S256".equals(method)) {
            throw invalidRequest("code_challenge_method must be S256");
        }
        if (challenge.length() != CHALLENGE_CHARS || !challenge.chars().allMatch(Base64Url::isLetter)) {
            throw invalidRequest("code_challenge must be 43 characters of base64url");
        }
        return challenge;
    }

    private List<String> parseResources(List<String> requested) {
        var matched = new LinkedHashSet<String>();
        for (String resource : requested) {
            String ours = resources.match(resource);
            if (ours == null) {
                throw new OAuthException(OAuthError.INVALID_TARGET, "resource is not one of this server");
            }
            matched.add(ours);
        }
        return matched.isEmpty() ? List.of(settings.defaultResource()) : List.copyOf(matched);
    }

    /**
     * Scopes that do not exist, or that this client can never have, are dropped, unless nothing is left (O-42); {@code offline_access} is no right to anything (O-93).
     */
    private Scopes parseScopes(@Nullable String text, RegisteredClient client) {
        var asked = text == null ? Scopes.NONE : parseScopeSyntax(text).without(OFFLINE_ACCESS);
        var wanted = asked.isEmpty() ? settings.defaultScopes() : asked.intersect(settings.scopes());
        var allowed = client.scopes().isEmpty() ? wanted : wanted.intersect(client.scopes());
        if (allowed.isEmpty() && !asked.isEmpty()) {
            throw new OAuthException(OAuthError.INVALID_SCOPE, "none of the requested scopes exists for this client");
        }
        if (allowed.isEmpty() && !wanted.isEmpty()) {
            throw new OAuthException(OAuthError.INVALID_SCOPE, "this client can have none of the default scopes");
        }
        return allowed;
    }

    private static Scopes parseScopeSyntax(String text) {
        try {
            return Scopes.parse(text);
        } catch (IllegalArgumentException e) {
            throw new OAuthException(OAuthError.INVALID_SCOPE, "scope has a character outside RFC 6749 section 3.3");
        }
    }

    private static Prompt parsePrompt(@Nullable String prompt) {
        if (prompt == null) {
            return Prompt.DEFAULT;
        }
        var wishes = List.of(prompt.split(" ", -1));
        if (wishes.contains("none")) {
            if (wishes.size() > 1) {
                throw invalidRequest("prompt none cannot be combined");
            }
            return Prompt.NONE;
        }
        if (wishes.contains("login") || wishes.contains("select_account")) {
            return Prompt.LOGIN;
        }
        return wishes.contains("consent") ? Prompt.CONSENT : Prompt.DEFAULT;
    }

    /** Without DPoP it is a parameter like any other that we do not know. */
    private @Nullable String parseDpopKey(@Nullable String thumbprint) {
        if (settings.offered().dpop() == Dpop.OFF || thumbprint == null) {
            return null;
        }
        if (DpopProofs.thumbprint(thumbprint) == null) {
            throw invalidRequest("dpop_jkt must be a SHA-256 thumbprint, 43 characters of base64url");
        }
        return thumbprint;
    }

    private static OAuthException invalidRequest(String description) {
        return new OAuthException(OAuthError.INVALID_REQUEST, description);
    }

    private static boolean isRepeated(Map<String, List<String>> parameters, String name) {
        return parameters.getOrDefault(name, List.of()).size() > 1;
    }

    private static @Nullable String value(Map<String, List<String>> parameters, String name) {
        var values = parameters.getOrDefault(name, List.of());
        return values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
    }
}
