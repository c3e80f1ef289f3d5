package dev.portcullis.oauth.authorize;

import dev.portcullis.identity.Identity;
import dev.portcullis.identity.IdentityException;
import dev.portcullis.identity.IdentityProvider;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An identity provider that does what a test says, and checks that what was sent comes back. */
final class ScriptedProvider implements IdentityProvider {
    static final Identity ALICE =
            new Identity("https://idp.example", "alice-sub", "alice@example.com", "Alice Example", List.of("staff"));
    static final Identity BOB = new Identity("https://idp.example", "bob-sub", "bob@example.com", null, List.of());

    final List<AuthorizationStart> starts = new CopyOnWriteArrayList<>();
    Identity identity = ALICE;

    @Nullable
    IdentityException startFailure;

    @Nullable
    IdentityException signInFailure;

    int signIns;

    @Override
    public URI authorizationUri(AuthorizationStart start) throws IdentityException {
        if (startFailure != null) {
            throw startFailure;
        }
        starts.add(start);
        return URI.create("https://idp.example/authorization?client_id=portcullis&state=" + start.state());
    }

    @Override
    public SignIn signIn(String code, String codeVerifier, String nonce) throws IdentityException {
        signIns++;
        if (signInFailure != null) {
            throw signInFailure;
        }
        boolean ours = starts.stream()
                .anyMatch(start -> start.codeVerifier().equals(codeVerifier)
                        && start.nonce().equals(nonce));
        if (!ours) {
            throw new IdentityException(IdentityException.Kind.INVALID, "verifier or nonce was never sent");
        }
        return new SignIn(identity, "upstream-refresh-canary");
    }

    @Override
    public SignIn refresh(String refreshToken, Identity known) {
        throw new UnsupportedOperationException("signing in does not need this");
    }

    @Override
    public boolean isIssuerOfCallback(@Nullable String iss) {
        return iss == null || iss.equals("https://idp.example");
    }
}
