package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.BodyReader;
import dev.portcullis.http.CollectedBody;
import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Exchange;
import dev.portcullis.http.Reply;
import dev.portcullis.http.form.FormBody;
import dev.portcullis.http.form.MalformedFormException;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.client.ClientCredentials;
import dev.portcullis.oauth.token.ClientRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the token, the revocation and the introspection endpoint have in common: a form, a client that authenticates, an answer from a virtual thread (O-80, O-81).
 *
 * <p>The query is not looked at (O-80).
 */
final class FormEndpoint implements Endpoint {
    private final Answer answer;
    private final Offloading offloading;
    private final String basicChallenge;
    private final Supplier<@Nullable String> proofNonce;

    /** @param realm of the Basic challenge: our issuer */
    FormEndpoint(Answer answer, Offloading offloading, String realm) {
        this(answer, offloading, realm, () -> null);
    }

    /** @param proofNonce what DPoP proofs are to repeat from now on (RFC 9449 §8); null for none */
    FormEndpoint(Answer answer, Offloading offloading, String realm, Supplier<@Nullable String> proofNonce) {
        this.answer = answer;
        this.offloading = offloading;
        this.basicChallenge = "Basic realm=\"" + realm + "\", charset=\"UTF-8\"";
        this.proofNonce = proofNonce;
    }

    @Override
    public BodyReader open(Exchange exchange) {
        if (!FormBody.isDeclaredBy(exchange.head())) {
            exchange.reply(OAuthReplies.error(
                    OAuthError.INVALID_REQUEST, "Content-Type must be application/x-www-form-urlencoded"));
        }
        return CollectedBody.reading(exchange, exchange.route().bodyBytesMax(), body -> {
            if (!exchange.isAnswered()) {
                read(exchange, body);
            }
        });
    }

    private void read(Exchange exchange, byte[] body) {
        Map<String, List<String>> form;
        try {
            form = FormBody.parse(body);
        } catch (MalformedFormException e) {
            exchange.reply(OAuthReplies.error(OAuthError.INVALID_REQUEST, e.getMessage()));
            return;
        }
        var head = exchange.head();
        var request = new ClientRequest(
                form, head.headerAll(HttpHeaderNames.AUTHORIZATION), head.headerAll("dpop"), head.peer());
        offloading.answer(exchange, () -> withNonce(challenged(request)));
    }

    /** Any answer may bring the nonce of the next request, and a refusal for want of it must (RFC 9449 §8). */
    private Reply withNonce(Reply reply) {
        String nonce = proofNonce.get();
        return nonce == null ? reply : reply.with("dpop-nonce", nonce);
    }

    /** A client that tried Basic is told that Basic it is (RFC 6749 §5.2). */
    private Reply challenged(ClientRequest request) {
        try {
            return answer.to(request);
        } catch (OAuthException refusal) {
            Reply reply = OAuthReplies.of(refusal);
            return refusal.error() == OAuthError.INVALID_CLIENT && ClientCredentials.triesBasic(request.authorization())
                    ? reply.with(HttpHeaderNames.WWW_AUTHENTICATE, basicChallenge)
                    : reply;
        }
    }

    /** Decides. Runs where it may block. */
    interface Answer {
        /** @throws OAuthException refused */
        Reply to(ClientRequest request);
    }
}
