package dev.portcullis.oauth.token;

import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityException.Kind;
import dev.portcullis.identity.IdentityProvider;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/** An identity provider whose refreshes do what a test says. It rotates: of its refresh tokens only the last one given out is good. */
final class RefreshingProvider implements IdentityProvider {
    static final String FIRST = "upstream-0";

    final AtomicInteger calls = new AtomicInteger();

    /** What it says of everybody from now on. */
    volatile Identity says = TokenFixture.ALICE;

    /** How it fails; null while it does not. */
    volatile Kind failure;

    /** Whether it gives its next token all the same when it fails. */
    volatile boolean rotatesThoughFailing;

    /** Runs while it is being asked. */
    volatile Runnable whileAsked = () -> {};

    /** The one token that is good. */
    volatile String good = FIRST;

    @Override
    public SignIn refresh(String refreshToken, Identity known) throws IdentityException {
        int call = calls.incrementAndGet();
        whileAsked.run();
        if (failure != null) {
            var e = new IdentityException(failure, "as the test wants");
            if (rotatesThoughFailing) {
                good = "upstream-" + call;
                throw e.keeping(good);
            }
            throw e;
        }
        if (!refreshToken.equals(good)) {
            throw new IdentityException(Kind.REFUSED, "a refresh token that was used before");
        }
        good = "upstream-" + call;
        return new SignIn(says, good);
    }

    @Override
    public URI authorizationUri(AuthorizationStart start) {
        throw new UnsupportedOperationException("nobody signs in here");
    }

    @Override
    public SignIn signIn(String code, String codeVerifier, String nonce) {
        throw new UnsupportedOperationException("nobody signs in here");
    }

    @Override
    public boolean isIssuerOfCallback(String iss) {
        throw new UnsupportedOperationException("nobody signs in here");
    }
}
