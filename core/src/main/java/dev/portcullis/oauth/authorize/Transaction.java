package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.browser.Fields;
import dev.portcullis.store.RegisteredClient;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of an authorization request until it ends, always sealed. The client is named and not copied, since a copy may be large; its digest holds it
 * to what the person was shown.
 *
 * @param id 128 random bits, base64url
 * @param clientId who asks
 * @param clientDigest {@link #digestOf} the client as the person saw it
 * @param redirectUri where the answer goes
 * @param state the client's; null if none was sent
 * @param codeChallenge S256
 * @param resources exact strings
 * @param scopes what is asked for
 * @param forceLogin whether the identity provider is to sign in anew
 * @param dpopKey thumbprint of the key that alone may redeem the code; null for any
 */
record Transaction(
        String id,
        String clientId,
        TokenHash clientDigest,
        String redirectUri,
        @Nullable String state,
        String codeChallenge,
        List<String> resources,
        Scopes scopes,
        boolean forceLogin,
        @Nullable String dpopKey) {
    Transaction {
        resources = List.copyOf(resources);
    }

    static Transaction of(AuthorizationRequest request) {
        return new Transaction(
                Randoms.base64Url(16),
                request.client().id(),
                digestOf(request.client()),
                request.redirectUri(),
                request.state(),
                request.codeChallenge(),
                request.resources(),
                request.scopes(),
                request.prompt() == AuthorizationRequest.Prompt.LOGIN,
                request.dpopKey());
    }

    /** The hash of all that a consent page says of a client, of all places it may be sent back to, and of how it must prove itself (T-80). Its keys may change. */
    static TokenHash digestOf(RegisteredClient client) {
        return TokenHash.of(new Fields.Writer()
                .text(client.id())
                .text(client.name())
                .text(client.kind().name())
                .texts(client.redirectUris())
                .text(client.authMethod().wireName())
                .texts(client.grantTypes())
                .bytes());
    }

    /** This transaction under a new id: it is asked anew. */
    Transaction renewed() {
        return new Transaction(
                Randoms.base64Url(16),
                clientId,
                clientDigest,
                redirectUri,
                state,
                codeChallenge,
                resources,
                scopes,
                forceLogin,
                dpopKey);
    }

    void write(Fields.Writer out) {
        out.text(id)
                .text(clientId)
                .hash(clientDigest)
                .text(redirectUri)
                .text(state)
                .text(codeChallenge)
                .texts(resources)
                .texts(scopes.values())
                .flag(forceLogin)
                .text(dpopKey);
    }

    static Transaction read(Fields.Reader in) {
        return new Transaction(
                in.text(),
                in.text(),
                in.hash(),
                in.text(),
                in.optionalText(),
                in.text(),
                in.texts(),
                Scopes.of(in.texts()),
                in.flag(),
                in.optionalText());
    }
}
