package dev.portcullis.identity;

import com.nimbusds.jose.JWSAlgorithm;
import dev.portcullis.fetch.Destination;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchRequest;
import dev.portcullis.fetch.FetchedDocument;
import dev.portcullis.identity.IdentityException.Kind;
import java.security.PublicKey;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The provider's signing keys (O-146). Fetched once and kept as long as the provider says, within 5 min and 24 h, refreshed in the background before that ends;
 * fetched again for a key id that is not there, at most once in 30 s whatever comes (T-85); kept for another 24 h while they cannot be fetched. Any thread; blocks
 * while a fetch that the answer needs is under way.
 */
final class KeySource {
    private static final int DOCUMENT_BYTES_MAX = 256 * 1024;
    private static final RemoteCopy.Lives LIVES = new RemoteCopy.Lives(300, 86_400, 3_600, 86_400, 10, 30);

    private final Discovery discovery;
    private final DocumentFetcher fetcher;
    private final RemoteCopy<VerificationKeys> copy;

    KeySource(Discovery discovery, DocumentFetcher fetcher, InstantSource clock) {
        this.discovery = discovery;
        this.fetcher = fetcher;
        this.copy = new RemoteCopy<>("the identity provider's keys", this::load, LIVES, clock);
    }

    /**
     * The keys that may have signed with this algorithm under this key id.
     *
     * @param kid null: the header names none, and then there must be exactly one key that fits
     * @throws IdentityException INVALID: no such key; UNAVAILABLE: no keys can be had
     */
    List<PublicKey> keysFor(@Nullable String kid, JWSAlgorithm algorithm) throws IdentityException {
        if (kid == null) {
            List<PublicKey> fitting = copy.get().fitting(algorithm);
            if (fitting.size() != 1) {
                throw invalid("names no kid, and " + fitting.size() + " keys fit " + algorithm);
            }
            return fitting;
        }
        VerificationKeys keys = copy.get();
        if (!keys.contains(kid)) {
            keys = copy.refetch();
        }
        if (!keys.contains(kid)) {
            throw invalid("names a kid that is not among the provider's keys: " + Quoted.of(kid));
        }
        List<PublicKey> fitting = keys.fitting(algorithm, kid);
        if (fitting.isEmpty()) {
            throw invalid("names a kid whose key does not fit " + algorithm + ": " + Quoted.of(kid));
        }
        return fitting;
    }

    private RemoteCopy.Loaded<VerificationKeys> load() throws IdentityException {
        var request =
                FetchRequest.get(discovery.metadata().endpoints().jwks(), Destination.CONFIGURED, DOCUMENT_BYTES_MAX);
        FetchedDocument document = ProviderRequests.send(fetcher, request);
        VerificationKeys keys = VerificationKeys.parse(document.body());
        if (keys == null) {
            throw new IdentityException(
                    Kind.INVALID, "the identity provider's keys are not a JWK set, or are too many");
        }
        return new RemoteCopy.Loaded<>(keys, document.freshSeconds());
    }

    private static IdentityException invalid(String what) {
        return new IdentityException(Kind.INVALID, "the ID token " + what);
    }
}
