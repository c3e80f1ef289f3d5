package dev.portcullis.ops.server;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.client.KeySets;
import dev.portcullis.oauth.client.RedirectUris;
import dev.portcullis.ops.log.Lines;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.store.RegisteredClient.ClientKeys;
import dev.portcullis.store.RegisteredClient.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code clients} of {@code portcullis.yaml}: clients for which the operator vouches (O-120). Finds all mistakes, each with its line. One use, one thread.
 */
final class ClientsSection {
    private static final int SHOWN_CHARS_MAX = 80;
    private static final int SECRET_CHARS_MIN = 32;
    private static final List<String> GRANT_TYPES = List.of(
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:ietf:params:oauth:grant-type:jwt-bearer");
    private static final List<String> NAMES = List.of(
            "id",
            "name",
            "redirect-uris",
            "auth-method",
            "secret",
            "secret-sha256",
            "jwks",
            "jwks-uri",
            "scopes",
            "grant-types");

    private final SettingValues values;

    private final Set<String> ids = new HashSet<>();
    private final List<RegisteredClient> clients = new ArrayList<>();
    private int mistakes;

    private ClientsSection(SettingValues values) {
        this.values = values;
    }

    /** @return the clients without mistakes; all mistakes go to {@code values} */
    static List<RegisteredClient> read(SettingValues values) {
        var section = new ClientsSection(values);
        switch (values.section("clients")) {
            case null -> {}
            case YamlNode.Absent _ -> {}
            case YamlNode.Sequence(List<YamlNode> items, int _) -> items.forEach(section::readClient);
            case YamlNode other ->
                section.mistake(other.line(), "clients is no list", "Begin each client with a dash: - id: …");
        }
        return List.copyOf(section.clients);
    }

    private void readClient(YamlNode node) {
        if (!(node instanceof YamlNode.Mapping client)) {
            mistake(node.line(), "a client is no mapping", "Write - id: … and its other members below.");
            return;
        }
        int before = mistakes;
        refuseUnknownNames(client);
        String id = id(client);
        List<String> grantTypes = grantTypes(client);
        List<String> redirectUris = redirectUris(client, grantTypes);
        AuthMethod method = authMethod(client);
        TokenHash secretHash = secretHash(client, method);
        ClientKeys keys = keys(client, method);
        Scopes scopes = scopes(client);
        if (grantTypes.contains("client_credentials") && method == AuthMethod.NONE) {
            mistake(
                    client.line(),
                    "a client without secret or keys has the grant type client_credentials",
                    "Set auth-method, and secret-sha256 or jwks.");
        }
        if (mistakes == before && id != null) {
            clients.add(new RegisteredClient(
                    id,
                    text(client, "name"),
                    redirectUris,
                    method,
                    secretHash,
                    grantTypes,
                    Kind.PREREGISTERED,
                    0,
                    keys,
                    scopes));
        }
    }

    private void refuseUnknownNames(YamlNode.Mapping client) {
        for (YamlNode.Member member : client.members()) {
            if (!NAMES.contains(member.name())) {
                mistake(
                        member.line(),
                        "a client has no member " + shown(member.name()),
                        "Its members are " + String.join(", ", NAMES) + ".");
            }
        }
    }

    private @Nullable String id(YamlNode.Mapping client) {
        String id = text(client, "id");
        if (id == null) {
            mistake(client.line(), "a client has no id", "Write id: and the client_id that it will send.");
        } else if (!Clients.isFreeForOperators(id)) {
            mistake(
                    lineOf(client, "id"),
                    "the client id " + shown(id) + " looks like one that clients come by otherwise, or has a space",
                    "Use a plain name of visible ASCII, with no :// in it and not beginning with dcr1. or dcrs.");
        } else if (!ids.add(id)) {
            mistake(
                    lineOf(client, "id"),
                    "the client id " + shown(id) + " stands there twice",
                    "Take one of them out.");
        }
        return id;
    }

    private List<String> grantTypes(YamlNode.Mapping client) {
        if (client.get("grant-types") == null) {
            return List.of("authorization_code", "refresh_token");
        }
        List<String> types = texts(client, "grant-types");
        for (String type : types) {
            if (!GRANT_TYPES.contains(type)) {
                mistake(
                        lineOf(client, "grant-types"),
                        shown(type) + " is no grant type",
                        "There are " + String.join(", ", GRANT_TYPES) + ".");
            }
        }
        if (types.isEmpty()) {
            mistake(
                    lineOf(client, "grant-types"),
                    "a client has no grant types",
                    "Leave grant-types out for the usual ones.");
        }
        return types;
    }

    private List<String> redirectUris(YamlNode.Mapping client, List<String> grantTypes) {
        List<String> uris = texts(client, "redirect-uris");
        for (String uri : uris) {
            int colon = uri.indexOf(':');
            var rules = new RedirectUris(colon < 0 ? List.of() : List.of(uri.substring(0, colon)));
            if (!rules.isRegistrable(uri)) {
                mistake(
                        lineOf(client, "redirect-uris"),
                        shown(uri) + " cannot be a redirect URI",
                        "Use https, http to this machine, or a scheme of the app's own; without a fragment.");
            }
        }
        if (uris.isEmpty() && grantTypes.contains("authorization_code")) {
            mistake(
                    client.line(),
                    "a client has no redirect-uris",
                    "List the addresses people are sent back to, or leave authorization_code out of its grant-types.");
        }
        return uris;
    }

    /** By what is given, unless it is said. */
    private AuthMethod authMethod(YamlNode.Mapping client) {
        String text = text(client, "auth-method");
        if (text == null) {
            boolean hasSecret = client.get("secret") != null || client.get("secret-sha256") != null;
            boolean hasKeys = client.get("jwks") != null || client.get("jwks-uri") != null;
            return hasKeys ? AuthMethod.PRIVATE_KEY_JWT : hasSecret ? AuthMethod.CLIENT_SECRET_BASIC : AuthMethod.NONE;
        }
        for (AuthMethod method : AuthMethod.values()) {
            if (method.wireName().equals(text)) {
                return method;
            }
        }
        mistake(
                lineOf(client, "auth-method"),
                shown(text) + " is no auth-method",
                "There are "
                        + Arrays.stream(AuthMethod.values())
                                .map(AuthMethod::wireName)
                                .collect(Collectors.joining(", "))
                        + ".");
        return AuthMethod.NONE;
    }

    private @Nullable TokenHash secretHash(YamlNode.Mapping client, AuthMethod method) {
        String secret = text(client, "secret");
        String hash = text(client, "secret-sha256");
        boolean isWanted = method == AuthMethod.CLIENT_SECRET_BASIC || method == AuthMethod.CLIENT_SECRET_POST;
        if (!isWanted) {
            if (secret != null || hash != null) {
                mistake(
                        client.line(),
                        "a client has a secret and the auth-method " + method.wireName(),
                        "Take the secret out, or set auth-method: client_secret_basic.");
            }
            return null;
        }
        if (hash != null && secret == null) {
            return hashed(client, hash);
        }
        if (hash != null || secret == null) {
            mistake(
                    client.line(),
                    "a client with auth-method " + method.wireName() + " needs either secret-sha256 or secret",
                    "Write secret-sha256: and what this prints: printf %s SECRET | sha256sum.");
            return null;
        }
        if (secret.length() < SECRET_CHARS_MIN || !ClientsConfig.isVisibleAscii(secret)) {
            mistake(
                    lineOf(client, "secret"),
                    "the secret of a client is shorter than " + SECRET_CHARS_MIN
                            + " characters, or has others than visible ASCII",
                    "Make one with: openssl rand -hex 32.");
        }
        return TokenHash.of(secret);
    }

    private @Nullable TokenHash hashed(YamlNode.Mapping client, String hash) {
        if (!hash.matches("[0-9A-Fa-f]{64}")) {
            mistake(
                    lineOf(client, "secret-sha256"),
                    "secret-sha256 is not 64 hexadecimal digits",
                    "Write what this prints: printf %s SECRET | sha256sum.");
            return null;
        }
        return TokenHash.ofDigest(HexFormat.of().parseHex(hash));
    }

    private @Nullable ClientKeys keys(YamlNode.Mapping client, AuthMethod method) {
        String jwks = text(client, "jwks");
        String uri = text(client, "jwks-uri");
        if (method != AuthMethod.PRIVATE_KEY_JWT) {
            if (jwks != null || uri != null) {
                mistake(
                        client.line(),
                        "a client has keys and the auth-method " + method.wireName(),
                        "Take the keys out, or set auth-method: private_key_jwt.");
            }
            return null;
        }
        if (jwks != null && uri == null) {
            String flaw = KeySets.flawOf(jwks);
            if (flaw == null) {
                return KeySets.inline(jwks);
            }
            mistake(lineOf(client, "jwks"), flaw, "Write the JWK set as JSON between single quotes, public keys only.");
        } else if (jwks == null && uri != null) {
            if (KeySets.isAddress(uri)) {
                return new ClientKeys.At(uri);
            }
            mistake(lineOf(client, "jwks-uri"), shown(uri) + " is no URL", "Write an https URL.");
        } else {
            mistake(
                    client.line(),
                    "a client with auth-method private_key_jwt needs either jwks or jwks-uri",
                    "Write jwks: and its JWK set as JSON, or jwks-uri: and where it is.");
        }
        return null;
    }

    private Scopes scopes(YamlNode.Mapping client) {
        try {
            var texts = texts(client, "scopes");
            return texts.isEmpty() ? Scopes.NONE : Scopes.parse(String.join(" ", texts));
        } catch (IllegalArgumentException e) {
            mistake(
                    lineOf(client, "scopes"),
                    "a scope has a character that scopes cannot have",
                    "Use visible ASCII without quotes and backslashes.");
            return Scopes.NONE;
        }
    }

    private @Nullable String text(YamlNode.Mapping client, String name) {
        return switch (client.get(name)) {
            case null -> null;
            case YamlNode.Absent _ -> null;
            case YamlNode.Scalar(String text, int _) -> text;
            case YamlNode other -> {
                mistake(other.line(), name + " is more than one value", "Write one text, in quotes if it has a colon.");
                yield null;
            }
        };
    }

    /** A list, or one text for a list of one. */
    private List<String> texts(YamlNode.Mapping client, String name) {
        return switch (client.get(name)) {
            case null -> List.of();
            case YamlNode.Absent _ -> List.of();
            case YamlNode.Scalar(String text, int _) -> List.of(text);
            case YamlNode.Sequence(List<YamlNode> items, int _)
            when items.stream().allMatch(item -> item instanceof YamlNode.Scalar) ->
                items.stream().map(item -> ((YamlNode.Scalar) item).text()).toList();
            case YamlNode other -> {
                mistake(
                        other.line(),
                        name + " is no list of texts",
                        "Write [one, another], or one text a line after a dash.");
                yield List.of();
            }
        };
    }

    private static int lineOf(YamlNode.Mapping client, String name) {
        YamlNode node = client.get(name);
        return node == null ? client.line() : node.line();
    }

    private void mistake(int line, String what, String mend) {
        mistakes++;
        values.mistake("portcullis.yaml line " + line + ": " + what + ".", mend);
    }

    private static String shown(String text) {
        return Lines.escape(text, SHOWN_CHARS_MAX);
    }
}
