package dev.portcullis.identity;

import com.nimbusds.jose.JWSAlgorithm;
import dev.portcullis.fetch.Destination;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchRequest;
import dev.portcullis.fetch.FetchedDocument;
import dev.portcullis.identity.IdentityException.Kind;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one trusted issuer: given in the settings, or fetched and kept for at most 5 minutes (O-170), refreshed in the background; fetched again for a key id
 * that is not there, at most once in 30 s; kept for a day while they cannot be fetched (O-146). Any thread; blocks while a fetch that the answer needs is under way.
 */
final class TrustedKeys {
    private static final int DOCUMENT_BYTES_MAX = 256 * 1024;
    private static final RemoteCopy.Lives LIVES = new RemoteCopy.Lives(60, 300, 300, 86_400, 10, 30);

    private final @Nullable VerificationKeys given;
    private final @Nullable RemoteCopy<VerificationKeys> copy;

    private TrustedKeys(@Nullable VerificationKeys given, @Nullable RemoteCopy<VerificationKeys> copy) {
        this.given = given;
        this.copy = copy;
    }

    static TrustedKeys of(TrustedIssuer.Keys keys, DocumentFetcher fetcher, InstantSource clock) {
        return switch (keys) {
            case TrustedIssuer.Keys.Inline(String jwks) ->
                new TrustedKeys(VerificationKeys.parse(jwks.getBytes(StandardCharsets.UTF_8)), null);
            case TrustedIssuer.Keys.At(URI uri) ->
                new TrustedKeys(null, new RemoteCopy<>("the keys at " + uri, () -> load(uri, fetcher), LIVES, clock));
        };
    }

    /**
     * Whether one of the keys made the token's signature. Without a {@code kid} there must be exactly one key that fits.
     *
     * @throws IdentityException UNAVAILABLE: no keys can be had
     */
    boolean haveSigned(SignedToken token) throws IdentityException {
        for (PublicKey key : keysFor(token.kid(), token.algorithm())) {
            if (token.isSignedBy(key)) {
                return true;
            }
        }
        return false;
    }

    private List<PublicKey> keysFor(@Nullable String kid, JWSAlgorithm algorithm) throws IdentityException {
        if (kid == null) {
            List<PublicKey> fitting = known().fitting(algorithm);
            return fitting.size() == 1 ? fitting : List.of();
        }
        VerificationKeys keys = known();
        if (!keys.contains(kid) && copy != null) {
            keys = copy.refetch();
        }
        return keys.fitting(algorithm, kid);
    }

    private VerificationKeys known() throws IdentityException {
        if (given != null) {
            return given;
        }
        if (copy != null) {
            return copy.get();
        }
        throw new IllegalStateException("keys that are neither given nor fetched");
    }

    private static RemoteCopy.Loaded<VerificationKeys> load(URI uri, DocumentFetcher fetcher) throws IdentityException {
        FetchedDocument document =
                ProviderRequests.send(fetcher, FetchRequest.get(uri, Destination.CONFIGURED, DOCUMENT_BYTES_MAX));
        VerificationKeys keys = VerificationKeys.parse(document.body());
        if (keys == null) {
            // An outage of theirs, not a fault of whoever brought an assertion.
            throw new IdentityException(Kind.UNAVAILABLE, "no JWK set at " + uri);
        }
        return new RemoteCopy.Loaded<>(keys, document.freshSeconds());
    }
}
