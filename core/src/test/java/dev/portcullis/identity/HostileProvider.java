package dev.portcullis.identity;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.identity.IdentityException.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An OpenID provider on loopback that keeps to the standards, until it is told to lie in exactly one way (O-144, T-84). Its authorization endpoint asks nobody and
 * sends the browser straight back. Needs nothing but the JDK and this room's main classes.
 */
public final class HostileProvider implements AutoCloseable {
    public static final String CLIENT_ID = "portcullis-test";
    public static final String SUBJECT = "5f1c4a4e-0000-4000-8000-000000000001";
    public static final String EMAIL = "Mallory@Example.com";

    /** What it gives, always, and takes. */
    public static final String REFRESH_TOKEN = "refresh-token-of-the-provider";

    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
    private static final String ACCESS_TOKEN = "access-token-of-the-provider";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final KeyPair key = rsa();
    private final KeyPair otherKey = rsa();
    private final KeyPair attackersKey = rsa();
    private final KeyPair ellipticKey = elliptic();
    private final String clientSecret = UUID.randomUUID() + ":" + UUID.randomUUID();
    private final Map<String, Map<String, String>> requestsByCode = new ConcurrentHashMap<>();
    private final AtomicInteger trapped = new AtomicInteger();
    private volatile Lie lie = Lie.NONE;
    private volatile String clientAuthentication = "";

    /** One way to lie each, with what we must say of it. */
    public enum Lie {
        NONE("", draft -> {}),

        // O-144 step 1: form and header
        NOT_A_JWT("has 1 parts", draft -> draft.token = _ -> "token"),
        TWO_PARTS("has 2 parts", draft -> draft.token = token -> token.substring(0, token.lastIndexOf('.'))),
        FIVE_PARTS("has 5 parts", draft -> draft.token = token -> token + ".e30.e30"),
        OVERSIZED("is longer than 16384 characters", draft -> draft.claims.put("pad", "x".repeat(17_000))),
        PADDED("is not base64url", draft -> draft.token = token -> token + "=="),
        NOT_BASE64URL("is not base64url", draft -> draft.token = token -> token.replaceFirst("^..", "e+")),
        HEADER_NOT_JSON("header that is not", draft -> draft.rawHeader = "[]"),
        HEADER_MEMBER_TWICE(
                "header that is not",
                draft -> draft.rawHeader = "{\"alg\":\"RS256\",\"alg\":\"none\",\"kid\":\"key-1\"}"),
        CRIT("has a crit header", draft -> {
            draft.header.put("crit", List.of("exp"));
            draft.header.put("exp", 0);
        }),
        CRIT_EMPTY("has a crit header", draft -> draft.header.put("crit", List.of())),
        TYPE("has a typ other than JWT", draft -> draft.header.put("typ", "at+jwt")),
        STRIPPED_SIGNATURE(
                "has no signature", draft -> draft.token = token -> token.substring(0, token.lastIndexOf('.') + 1)),

        // step 2: algorithm
        ALG_NONE("has the alg \"none\"", draft -> {
            draft.header.put("alg", "none");
            draft.token = token -> token.substring(0, token.lastIndexOf('.') + 1);
        }),
        ALG_NONE_SIGNED("has the alg \"none\"", draft -> draft.header.put("alg", "none")),
        ALG_NONE_IN_MIXED_CASE("has the alg \"nOnE\"", draft -> draft.header.put("alg", "nOnE")),
        ALG_MISSING("has the alg (absent)", draft -> draft.header.remove("alg")),
        ALG_NOT_ACCEPTED("has the alg \"RS512\"", draft -> draft.header.put("alg", "RS512")),
        HMAC_WITH_PUBLIC_KEY("has the alg \"HS256\"", draft -> {
            draft.header.put("alg", "HS256");
            draft.sign = (provider, input) -> hmac(provider.key.getPublic().getEncoded(), input);
        }),
        HMAC_WITH_CLIENT_SECRET("has the alg \"HS256\"", draft -> {
            draft.header.put("alg", "HS256");
            draft.sign = (provider, input) -> hmac(provider.clientSecret.getBytes(StandardCharsets.UTF_8), input);
        }),

        // step 3: key
        UNKNOWN_KID("not among the provider's keys", draft -> draft.header.put("kid", "nobody's")),
        KID_IS_A_PATH("not among the provider's keys", draft -> draft.header.put("kid", "../../../../dev/null")),
        KID_IS_SQL("not among the provider's keys", draft -> draft.header.put("kid", "x' UNION SELECT 'key")),
        KID_BREAKS_LINES("not among the provider's keys", draft -> draft.header.put("kid", "a\r\nINFO forged")),
        KID_NOT_A_STRING("kid that is not a string", draft -> draft.header.put("kid", 1)),
        KID_MISSING("names no kid, and 2 keys fit", draft -> draft.header.remove("kid")),
        KID_OF_ANOTHER_KIND("key does not fit RS256", draft -> draft.header.put("kid", "key-ec")),
        KID_OF_A_SYMMETRIC_KEY("not among the provider's keys", draft -> draft.header.put("kid", "key-oct")),
        KID_OF_AN_ENCRYPTION_KEY("not among the provider's keys", draft -> draft.header.put("kid", "key-enc")),

        // step 4: signature
        BAD_SIGNATURE("wrong signature", draft -> draft.sign = (_, _) -> new byte[256]),
        SIGNED_BY_ANOTHER_OF_ITS_KEYS("wrong signature", draft -> draft.header.put("kid", "key-2")),
        CLAIMS_CHANGED_AFTER_SIGNING(
                "wrong signature",
                draft -> draft.token = token -> {
                    String[] parts = token.split("\\.", -1);
                    return parts[0] + "." + base64Url("{\"sub\":\"root\"}") + "." + parts[2];
                }),
        EMBEDDED_KEY("wrong signature", draft -> {
            draft.lateHeader = (provider, header) -> header.put("jwk", jwk("key-1", provider.attackersKey.getPublic()));
            draft.sign = (provider, input) -> sign(provider.attackersKey.getPrivate(), input);
        }),
        KEY_BY_URL("wrong signature", draft -> {
            draft.lateHeader = (provider, header) -> {
                header.put("jku", provider.issuer() + "/trap");
                header.put("x5u", provider.issuer() + "/trap");
            };
            draft.sign = (provider, input) -> sign(provider.attackersKey.getPrivate(), input);
        }),

        // the payload
        CLAIMS_NOT_JSON("claims that are not", draft -> draft.rawClaims = "sub=root"),
        CLAIMS_AN_ARRAY("claims that are not", draft -> draft.rawClaims = "[]"),
        CLAIM_TWICE(
                "claims that are not",
                draft -> draft.editClaims = json -> json.replaceFirst("\\{", "{\"sub\":\"somebody-else\",")),

        // step 5: issuer
        WRONG_ISS("has the iss", draft -> draft.claims.put("iss", "https://evil.example")),
        ISS_OF_THE_ORGANISATION("has the iss", draft -> draft.editClaims = json -> json.replace("/idp\"", "\"")),
        ISS_WITH_A_SLASH("has the iss", draft -> draft.editClaims = json -> json.replace("/idp\"", "/idp/\"")),
        ISS_MISSING("has the iss (absent)", draft -> draft.claims.remove("iss")),

        // step 6: audience
        WRONG_AUD("aud without our client id", draft -> draft.claims.put("aud", "another-app")),
        AUD_LONGER("aud without our client id", draft -> draft.claims.put("aud", CLIENT_ID + "-2")),
        AUD_MISSING("aud without our client id", draft -> draft.claims.remove("aud")),
        AUD_NOT_STRINGS("aud without our client id", draft -> draft.claims.put("aud", List.of(List.of(CLIENT_ID)))),
        SEVERAL_AUD_WITHOUT_AZP(
                "several audiences and no azp", draft -> draft.claims.put("aud", List.of(CLIENT_ID, "another-app"))),
        WRONG_AZP("has the azp \"another-app\"", draft -> draft.claims.put("azp", "another-app")),
        AZP_NOT_A_STRING("has the azp (absent)", draft -> draft.claims.put("azp", List.of(CLIENT_ID))),

        // step 7: times
        EXPIRED("ago (exp)", draft -> draft.claims.put("exp", now() - 120)),
        EXP_MISSING("has no exp", draft -> draft.claims.remove("exp")),
        EXP_A_STRING("has no exp", draft -> draft.claims.put("exp", "" + (now() + 300))),
        EXP_INFINITE(
                "has no exp", draft -> draft.editClaims = json -> json.replaceFirst("\"exp\":[0-9]+", "\"exp\":1e999")),
        FROM_THE_FUTURE("in the future (iat)", draft -> draft.claims.put("iat", now() + 300)),
        STALE("and must be fresh", draft -> draft.claims.put("iat", now() - 1_200)),
        IAT_MISSING("has no iat", draft -> draft.claims.remove("iat")),
        NOT_YET_VALID("is not valid yet (nbf)", draft -> draft.claims.put("nbf", now() + 300)),
        NBF_NOT_A_TIME("has no nbf", draft -> draft.claims.put("nbf", true)),

        // step 8: nonce
        WRONG_NONCE("nonce that is not the one sent", draft -> draft.claims.put("nonce", "of another sign-in")),
        NONCE_MISSING("has no nonce", draft -> draft.claims.remove("nonce")),

        // step 9: the rest
        SUB_MISSING("no sub, or an empty one", draft -> draft.claims.remove("sub")),
        SUB_EMPTY("no sub, or an empty one", draft -> draft.claims.put("sub", "")),
        SUB_A_NUMBER("no sub, or an empty one", draft -> draft.claims.put("sub", 7)),
        SUB_TOO_LONG("sub of more than 255", draft -> draft.claims.put("sub", "x".repeat(256))),
        WRONG_AT_HASH("at_hash that is not", draft -> draft.claims.put("at_hash", base64Url("0123456789abcdef"))),
        AT_HASH_WITHOUT_TOKEN("at_hash that is not", draft -> draft.response.remove("access_token")),

        // O-143: the token response
        NO_ID_TOKEN("gave no id_token", draft -> draft.editResponse = json -> json.replace("id_token", "id")),
        ANOTHER_TOKEN_TYPE("token_type other than Bearer", draft -> draft.response.put("token_type", "mac")),
        NOT_JSON("not a JSON object", draft -> draft.editResponse = _ -> "id_token=x"),
        CUT_SHORT("not a JSON object", draft -> draft.editResponse = json -> json.substring(0, json.length() - 1)),
        MEMBER_TWICE(
                "not a JSON object",
                draft -> draft.editResponse = json -> json.replaceFirst("\\{", "{\"token_type\":\"Bearer\",")),
        HTML("not JSON by its Content-Type", draft -> draft.type = "text/html"),
        COMPRESSED("content encoding", draft -> draft.encoding = "gzip"),
        HUGE("longer than 65536 bytes", draft -> draft.response.put("pad", "x".repeat(70_000))),
        HUGE_REFRESH_TOKEN(
                "refresh_token longer than", draft -> draft.response.put("refresh_token", "x".repeat(17_000))),
        REDIRECT("status 307", draft -> draft.status = 307),
        NO_CONTENT("status 204", draft -> draft.status = 204),
        INVALID_GRANT("answered 400 with the error \"invalid_grant\"", draft -> draft.error(400, "invalid_grant")),
        INVALID_CLIENT("does not accept our client id", draft -> draft.error(401, "invalid_client")),
        ACCESS_DENIED(Kind.REFUSED, "refuses the person", draft -> draft.error(403, "access_denied")),
        FAILING(Kind.UNAVAILABLE, "status 500", draft -> draft.status = 500),
        OVERLOADED(Kind.UNAVAILABLE, "status 429", draft -> draft.status = 429),
        HANGING_UP(Kind.UNAVAILABLE, "it broke", draft -> draft.status = 0),
        /** A byte now and then, for ever. */
        SLOW(Kind.UNAVAILABLE, "no whole answer within", draft -> draft.slow = true);

        private final Kind kind;
        private final String reason;

        @SuppressWarnings("ImmutableEnumChecker") // Every constant's function is a lambda that captures nothing.
        private final Consumer<Draft> change;

        Lie(String reason, Consumer<Draft> change) {
            this(Kind.INVALID, reason, change);
        }

        Lie(Kind kind, String reason, Consumer<Draft> change) {
            this.kind = kind;
            this.reason = reason;
            this.change = change;
        }

        /** @return of the exception that must end the sign-in */
        public Kind kind() {
            return kind;
        }

        /** @return what its message must contain */
        public String reason() {
            return reason;
        }
    }

    /** An honest answer of the token endpoint, for a lie to change. */
    private static final class Draft {
        final Map<String, Object> header = new LinkedHashMap<>();
        final Map<String, Object> claims = new LinkedHashMap<>();
        final Map<String, Object> response = new LinkedHashMap<>();
        String rawHeader = "";
        String rawClaims = "";
        java.util.function.UnaryOperator<String> editClaims = json -> json;
        java.util.function.UnaryOperator<String> token = compact -> compact;
        java.util.function.UnaryOperator<String> editResponse = json -> json;
        LateHeader lateHeader = (_, _) -> {};
        Signing sign = (provider, input) -> sign(provider.key.getPrivate(), input);
        int status = 200;
        String type = "application/json";
        String encoding = "";
        boolean slow;

        void error(int errorStatus, String error) {
            status = errorStatus;
            editResponse = _ -> "{\"error\":\"" + error + "\",\"error_description\":\"<b>secret</b>\"}";
        }
    }

    private interface Signing {
        byte[] sign(HostileProvider provider, byte[] input);
    }

    private interface LateHeader {
        void add(HostileProvider provider, Map<String, Object> header);
    }

    public HostileProvider() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        route("/idp/.well-known/openid-configuration", this::metadata);
        route("/idp/authorize", this::authorize);
        route("/idp/token", this::token);
        route("/idp/jwks", this::jwks);
        route("/idp/trap", exchange -> {
            trapped.incrementAndGet();
            jwks(exchange);
        });
        server.start();
    }

    /** From now on; {@link Lie#NONE} makes it honest again. */
    public void tell(Lie next) {
        lie = next;
    }

    public String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/idp";
    }

    public String clientSecret() {
        return clientSecret;
    }

    /** @return how often somebody followed a URL out of a token's header */
    public int trapped() {
        return trapped.get();
    }

    /** @return how the last token request authenticated: {@code basic}, {@code post} or {@code none} */
    public String clientAuthentication() {
        return clientAuthentication;
    }

    public OidcSettings settings(URI redirectUri) {
        return OidcSettings.of(issuer(), null, CLIENT_ID, clientSecret, redirectUri);
    }

    /** What a browser would bring back. @return the query parameters of the redirect that answers this authorization URI */
    public Map<String, String> authorize(URI authorizationUri) {
        return grant(parse(authorizationUri.getRawQuery()));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void route(String path, com.sun.net.httpserver.HttpHandler handler) {
        server.createContext(path, exchange -> {
            try (exchange) {
                handler.handle(exchange);
            }
        });
    }

    private void metadata(HttpExchange exchange) throws IOException {
        var metadata = new LinkedHashMap<String, Object>();
        metadata.put("issuer", issuer());
        metadata.put("authorization_endpoint", issuer() + "/authorize?tenant=1");
        metadata.put("token_endpoint", issuer() + "/token");
        metadata.put("jwks_uri", issuer() + "/jwks");
        send(exchange, 200, "application/json", json(metadata));
    }

    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> request = parse(exchange.getRequestURI().getRawQuery());
        String query = grant(request).entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        exchange.getResponseHeaders().set("Location", request.get("redirect_uri") + "?" + query);
        exchange.sendResponseHeaders(302, -1);
    }

    private Map<String, String> grant(Map<String, String> request) {
        String code = UUID.randomUUID().toString();
        requestsByCode.put(code, request);
        return Map.of("code", code, "state", request.getOrDefault("state", ""));
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> form = parse(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        Map<String, String> request = requestsByCode.remove(form.getOrDefault("code", ""));
        if (!isOurClient(exchange, form)) {
            send(exchange, 401, "application/json", "{\"error\":\"invalid_client\"}");
        } else if ("refresh_token".equals(form.get("grant_type"))) {
            if (REFRESH_TOKEN.equals(form.get("refresh_token"))) {
                answer(exchange, draft(null));
            } else {
                send(exchange, 400, "application/json", "{\"error\":\"invalid_grant\"}");
            }
        } else if (request == null
                || !request.get("code_challenge").equals(base64Url(sha256(form.get("code_verifier"))))
                || !request.get("redirect_uri").equals(form.get("redirect_uri"))) {
            send(exchange, 400, "application/json", "{\"error\":\"invalid_grant\"}");
        } else {
            answer(exchange, draft(request.get("nonce")));
        }
    }

    private boolean isOurClient(HttpExchange exchange, Map<String, String> form) {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization == null) {
            clientAuthentication = form.containsKey("client_secret") ? "post" : "none";
            return CLIENT_ID.equals(form.get("client_id"))
                    && form.getOrDefault("client_secret", clientSecret).equals(clientSecret);
        }
        clientAuthentication = "basic";
        String pair = CLIENT_ID + ":" + URLEncoder.encode(clientSecret, StandardCharsets.UTF_8);
        return authorization.equals(
                "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }

    private Draft draft(String nonce) {
        var draft = new Draft();
        draft.header.put("alg", "RS256");
        draft.header.put("typ", "JWT");
        draft.header.put("kid", "key-1");
        draft.claims.put("iss", issuer());
        draft.claims.put("aud", CLIENT_ID);
        draft.claims.put("sub", SUBJECT);
        draft.claims.put("email", EMAIL);
        draft.claims.put("name", "Mallory");
        draft.claims.put("groups", List.of("staff"));
        draft.claims.put("iat", now());
        draft.claims.put("exp", now() + 300);
        if (nonce != null) {
            draft.claims.put("nonce", nonce);
        }
        draft.claims.put("at_hash", base64Url(Arrays.copyOf(sha256(ACCESS_TOKEN), 16)));
        draft.response.put("access_token", ACCESS_TOKEN);
        draft.response.put("token_type", "Bearer");
        draft.response.put("refresh_token", REFRESH_TOKEN);
        lie.change.accept(draft);
        return draft;
    }

    private void answer(HttpExchange exchange, Draft draft) throws IOException {
        if (draft.status == 0) {
            return;
        }
        draft.lateHeader.add(this, draft.header);
        String header = draft.rawHeader.isEmpty() ? json(draft.header) : draft.rawHeader;
        String claims = draft.rawClaims.isEmpty() ? draft.editClaims.apply(json(draft.claims)) : draft.rawClaims;
        String input = base64Url(header) + "." + base64Url(claims);
        byte[] signature = draft.sign.sign(this, input.getBytes(StandardCharsets.US_ASCII));
        draft.response.put("id_token", draft.token.apply(input + "." + base64Url(signature)));
        if (!draft.encoding.isEmpty()) {
            exchange.getResponseHeaders().set("Content-Encoding", draft.encoding);
        }
        exchange.getResponseHeaders().set("Location", issuer() + "/trap");
        if (draft.slow) {
            drip(exchange);
        } else {
            send(exchange, draft.status, draft.type, draft.editResponse.apply(json(draft.response)));
        }
    }

    private static void drip(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        OutputStream body = exchange.getResponseBody();
        while (!Thread.currentThread().isInterrupted()) {
            body.write(' ');
            body.flush();
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    private void jwks(HttpExchange exchange) throws IOException {
        Map<String, Object> encryption = jwk("key-enc", otherKey.getPublic());
        encryption.put("use", "enc");
        Map<String, Object> symmetric = new LinkedHashMap<>();
        symmetric.put("kty", "oct");
        symmetric.put("kid", "key-oct");
        symmetric.put("k", base64Url(key.getPublic().getEncoded()));
        List<Object> keys = List.of(
                jwk("key-1", key.getPublic()),
                jwk("key-2", otherKey.getPublic()),
                jwk("key-ec", ellipticKey.getPublic()),
                encryption,
                symmetric);
        send(exchange, 200, "application/json", json(Map.of("keys", keys)));
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, status == 204 ? -1 : bytes.length);
        if (status != 204) {
            exchange.getResponseBody().write(bytes);
        }
    }

    private static Map<String, Object> jwk(String kid, PublicKey key) {
        var jwk = new LinkedHashMap<String, Object>();
        jwk.put("kid", kid);
        if (key instanceof RSAPublicKey rsa) {
            jwk.put("kty", "RSA");
            jwk.put("n", unsigned(rsa.getModulus(), 256));
            jwk.put("e", unsigned(rsa.getPublicExponent(), 3));
        } else if (key instanceof ECPublicKey ec) {
            jwk.put("kty", "EC");
            jwk.put("crv", "P-256");
            jwk.put("x", unsigned(ec.getW().getAffineX(), 32));
            jwk.put("y", unsigned(ec.getW().getAffineY(), 32));
        }
        return jwk;
    }

    private static String unsigned(BigInteger number, int length) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[length];
        int copied = Math.min(bytes.length, length);
        System.arraycopy(bytes, bytes.length - copied, fixed, length - copied, copied);
        return base64Url(fixed);
    }

    private static Map<String, String> parse(String query) {
        var fields = new LinkedHashMap<String, String>();
        for (String field : query.split("&", -1)) {
            int equals = field.indexOf('=');
            fields.put(
                    URLDecoder.decode(field.substring(0, equals), StandardCharsets.UTF_8),
                    URLDecoder.decode(field.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return fields;
    }

    private static String json(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(member -> json(member.getKey()) + ":" + json(member.getValue()))
                        .collect(Collectors.joining(",", "{", "}"));
            case List<?> list -> list.stream().map(HostileProvider::json).collect(Collectors.joining(",", "[", "]"));
            case String text ->
                "\""
                        + text.replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("\r", "\\r")
                                .replace("\n", "\\n") + "\"";
            default -> value.toString();
        };
    }

    private static byte[] sign(PrivateKey key, byte[] input) {
        try {
            var signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(input);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] secret, byte[] input) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return mac.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair rsa() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair elliptic() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64Url(String text) {
        return base64Url(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64Url(byte[] bytes) {
        return BASE64URL.encodeToString(bytes);
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }
}
