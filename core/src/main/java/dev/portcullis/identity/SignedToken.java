package dev.portcullis.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import dev.portcullis.identity.IdentityException.Kind;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JWS in compact form (RFC 7515 §3.1), taken apart by steps 1 and 2 of O-144. Of its header only {@code alg}, {@code kid}, {@code typ} and {@code crit} are
 * looked at: a token does not get to bring its own key ({@code jwk}, {@code jku}, {@code x5u}, {@code x5c}).
 *
 * @param header as it came: what is in it was chosen by whoever made the token
 * @param algorithm from the list of those accepted
 * @param kid null if the header names none
 * @param signingInput what the signature covers
 */
public record SignedToken(
        JsonObject header,
        JWSAlgorithm algorithm,
        @Nullable String kid,
        byte[] signingInput,
        byte[] payload,
        Base64URL signature) {
    private static final int CHARS_MAX = 16 * 1024;

    /**
     * What a kind of signed token looks like.
     *
     * @param name what messages call it, e.g. {@code the assertion}
     * @param type its {@code typ} (RFC 8725 §3.11)
     * @param isTypeRequired whether {@code typ} must be there
     * @param algorithms values of {@code alg} that are accepted; each is asymmetric
     */
    public record Form(String name, String type, boolean isTypeRequired, Set<String> algorithms) {
        public Form {
            algorithms = Set.copyOf(algorithms);
        }

        IdentityException invalid(String what) {
            return new IdentityException(Kind.INVALID, name + " " + what);
        }
    }

    /** An ID token. */
    static SignedToken parse(String token, Set<String> algorithms) throws IdentityException {
        return parse(token, new Form("the ID token", "JWT", false, algorithms));
    }

    /** @throws IdentityException INVALID: the form or the header does not hold */
    public static SignedToken parse(String token, Form form) throws IdentityException {
        if (token.length() > CHARS_MAX) {
            throw form.invalid("is longer than " + CHARS_MAX + " characters");
        }
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            throw form.invalid("has " + parts.length + " parts, expected 3");
        }
        JsonObject header = JsonObject.parse(decode(parts[0], form));
        if (header == null) {
            throw form.invalid("has a header that is not a JSON object, or has a member twice");
        }
        String algorithm = algorithm(header, form);
        if (parts[2].isEmpty()) {
            throw form.invalid("has no signature");
        }
        byte[] payload = decode(parts[1], form);
        decode(parts[2], form);
        byte[] signingInput = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
        return new SignedToken(
                header,
                JWSAlgorithm.parse(algorithm),
                kid(header, form),
                signingInput,
                payload,
                new Base64URL(parts[2]));
    }

    private static String algorithm(JsonObject header, Form form) throws IdentityException {
        if (header.has("crit")) {
            throw form.invalid("has a crit header, of which we know no extension");
        }
        if ((form.isTypeRequired || header.has("typ")) && !form.type.equalsIgnoreCase(header.string("typ"))) {
            throw form.invalid("has a typ other than " + form.type + ": " + Quoted.of(header.string("typ")));
        }
        String algorithm = header.string("alg");
        if (algorithm == null || !form.algorithms.contains(algorithm)) {
            throw form.invalid("has the alg " + Quoted.of(algorithm) + ", accepted are " + form.algorithms);
        }
        return algorithm;
    }

    private static @Nullable String kid(JsonObject header, Form form) throws IdentityException {
        if (header.has("kid") && header.string("kid") == null) {
            throw form.invalid("has a kid that is not a string");
        }
        return header.string("kid");
    }

    /** Step 4 of O-144. */
    public boolean isSignedBy(PublicKey key) {
        try {
            JWSVerifier verifier = switch (key) {
                case RSAPublicKey rsa -> new RSASSAVerifier(rsa);
                case ECPublicKey ec -> new ECDSAVerifier(ec);
                default -> throw new IllegalArgumentException("a key of kind " + key.getAlgorithm());
            };
            return verifier.verify(new JWSHeader(algorithm), signingInput, signature);
        } catch (JOSEException e) {
            return false;
        }
    }

    /** Base64url as RFC 7515 §2 has it: without padding, line breaks or other characters. */
    private static byte[] decode(String part, Form form) throws IdentityException {
        if (part.indexOf('=') >= 0) {
            throw form.invalid("has a part that is not base64url");
        }
        try {
            return Base64.getUrlDecoder().decode(part);
        } catch (IllegalArgumentException e) {
            throw form.invalid("has a part that is not base64url");
        }
    }

    /** The token is not shown. */
    @Override
    public String toString() {
        return "SignedToken[" + algorithm + "]";
    }
}
