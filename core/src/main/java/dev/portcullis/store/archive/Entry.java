package dev.portcullis.store.archive;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.PendingSignIn;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.RegisteredClient;
import java.util.Comparator;
import java.util.List;

/** One thing that a store remembers, with all that belongs to it. What it holds is hashed, wrapped and sealed as in the store, so that no token changes on its way. */
public sealed interface Entry {
    /** An id that was used and must not be again, until {@code expiresAt}. */
    record OfSpentId(TokenHash id, long expiresAt) implements Entry {}

    /** A client with a grant. */
    record OfClient(RegisteredClient client, long expiresAt) implements Entry {}

    /** A client that was only registered so far, and whose id cannot hold its metadata. */
    record OfRegistration(RegisteredClient client, long expiresAt) implements Entry {}

    /** A grant with its codes, spent or not, and tokens: those that are live. In one order, so that two of the same content are the same. */
    record OfGrant(Grant grant, List<AuthorizationCode> codes, List<AccessToken> access, List<Refresh> refresh)
            implements Entry {
        public OfGrant {
            codes = codes.stream()
                    .sorted(Comparator.comparing(code -> code.hash().toString()))
                    .toList();
            access = access.stream()
                    .sorted(Comparator.comparing(token -> token.hash().toString()))
                    .toList();
            refresh = refresh.stream()
                    .sorted(Comparator.comparing(member -> member.token().generation()))
                    .toList();
        }
    }

    /** A person on the way to the identity provider and back. */
    record OfPendingSignIn(PendingSignIn pending) implements Entry {}

    /**
     * One of a family of refresh tokens.
     *
     * @param retiresAt Unix seconds from which it is only remembered; {@link Long#MAX_VALUE} while its successor is unused, 0 once its key is gone
     */
    record Refresh(RefreshToken token, long retiresAt) {}
}
