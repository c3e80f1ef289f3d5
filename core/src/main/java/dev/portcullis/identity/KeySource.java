package dev.portcullis.identity;

import com.nimbusds.jose.JWSAlgorithm;
import dev.portcullis.fetch.Destination;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchRequest;
import dev.portcullis.fetch.FetchedDocument;
import dev.portcullis.identity.IdentityException.Kind;
import java.net.URI;
import java.security.PublicKey;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The signing keys of somebody whose word counts: our identity provider, Access in front of us, an issuer of assertions (O-146). Fetched once and kept as long as
 * their host says, refreshed in the background before that ends; fetched again for a key id that is not there, at most once in 30 s whatever comes (T-85); kept for
 * another 24 h while they cannot be fetched. Or given once and for all. Any thread; blocks while a fetch that the answer needs is under way.
 */
final class KeySource {
    /** Between 5 min and 24 h, an hour if nothing is said. */
    static final RemoteCopy.Lives LIVES = new RemoteCopy.Lives(300, 86_400, 3_600, 86_400, 10, 30);

    private static final int DOCUMENT_BYTES_MAX = 256 * 1024;

    private final String token;
    private final Keys keys;

    /** What there is now, and what there is after another look. */
    private interface Keys {
        VerificationKeys get() throws IdentityException;

        VerificationKeys refetch() throws IdentityException;
    }

    private KeySource(String token, Keys keys) {
        this.token = token;
        this.keys = keys;
    }

    /** Those of the identity provider, wherever it says they are. */
    KeySource(Discovery discovery, DocumentFetcher fetcher, InstantSource clock) {
        this(
                "the ID token",
                new Fetched(
                        "the identity provider's keys",
                        () -> load(discovery.metadata().endpoints().jwks(), Kind.INVALID, fetcher),
                        LIVES,
                        clock));
    }

    /**
     * Those at an address. What is there and is no JWK set is an outage of theirs, not a fault of whoever brings a token.
     *
     * @param token what messages call what is signed, e.g. {@code the assertion}
     */
    static KeySource at(
            String token, URI address, RemoteCopy.Lives lives, DocumentFetcher fetcher, InstantSource clock) {
        return new KeySource(
                token,
                new Fetched("the keys at " + address, () -> load(address, Kind.UNAVAILABLE, fetcher), lives, clock));
    }

    /** Those that stand in the settings. */
    static KeySource given(String token, VerificationKeys keys) {
        return new KeySource(token, new Given(keys));
    }

    private record Given(VerificationKeys get) implements Keys {
        @Override
        public VerificationKeys refetch() {
            return get;
        }
    }

    private static final class Fetched implements Keys {
        private final RemoteCopy<VerificationKeys> copy;

        Fetched(String name, RemoteCopy.Source<VerificationKeys> source, RemoteCopy.Lives lives, InstantSource clock) {
            copy = new RemoteCopy<>(name, source, lives, clock);
        }

        @Override
        public VerificationKeys get() throws IdentityException {
            return copy.get();
        }

        @Override
        public VerificationKeys refetch() throws IdentityException {
            return copy.refetch();
        }
    }

    /**
     * Step 4 of O-144.
     *
     * @throws IdentityException INVALID: none of the keys made the signature; UNAVAILABLE: no keys can be had
     */
    void requireSignature(SignedToken signed) throws IdentityException {
        for (PublicKey key : keysFor(signed.kid(), signed.algorithm())) {
            if (signed.isSignedBy(key)) {
                return;
            }
        }
        throw invalid("has a wrong signature");
    }

    /**
     * The keys that may have signed with this algorithm under this key id.
     *
     * @param kid null: the header names none, and then there must be exactly one key that fits
     * @throws IdentityException INVALID: no such key; UNAVAILABLE: no keys can be had
     */
    List<PublicKey> keysFor(@Nullable String kid, JWSAlgorithm algorithm) throws IdentityException {
        if (kid == null) {
            List<PublicKey> fitting = keys.get().fitting(algorithm);
            if (fitting.size() != 1) {
                throw invalid("names no kid, and " + fitting.size() + " keys fit " + algorithm);
            }
            return fitting;
        }
        VerificationKeys known = keys.get();
        if (!known.contains(kid)) {
            known = keys.refetch();
        }
        if (!known.contains(kid)) {
            throw invalid("names a kid that is not among the provider's keys: " + Quoted.of(kid));
        }
        List<PublicKey> fitting = known.fitting(algorithm, kid);
        if (fitting.isEmpty()) {
            throw invalid("names a kid whose key does not fit " + algorithm + ": " + Quoted.of(kid));
        }
        return fitting;
    }

    private static RemoteCopy.Loaded<VerificationKeys> load(URI address, Kind otherwise, DocumentFetcher fetcher)
            throws IdentityException {
        FetchedDocument document =
                ProviderRequests.send(fetcher, FetchRequest.get(address, Destination.CONFIGURED, DOCUMENT_BYTES_MAX));
        VerificationKeys keys = VerificationKeys.parse(document.body());
        if (keys == null) {
            throw new IdentityException(otherwise, "what is at " + address + " is no JWK set, or one of too many keys");
        }
        return new RemoteCopy.Loaded<>(keys, document.freshSeconds());
    }

    private IdentityException invalid(String what) {
        return new IdentityException(Kind.INVALID, token + " " + what);
    }
}
