package dev.portcullis.http;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;

/**
 * One path and what goes for it.
 *
 * @param name a metric label, e.g. {@code mcp}
 * @param path exact path
 * @param methods what it answers, without OPTIONS; anything else is 405
 * @param access who may come in
 * @param cors who may read the answers in a browser
 * @param bodyBytesMax larger bodies get 413
 * @param endpoint what answers
 */
public record Route(
        String name,
        String path,
        List<HttpMethod> methods,
        Access access,
        Cors cors,
        int bodyBytesMax,
        Endpoint endpoint) {
    public Route {
        methods = List.copyOf(methods);
    }

    /** Who may come in. */
    public enum Access {
        /** Everybody. */
        OPEN,
        /** Who has an access token for the resource of this path. */
        BEARER
    }

    /** Who may read the answers from another origin (O §1, H-18). */
    public enum Cors {
        /** Nobody: pages for people. */
        NONE,
        /** Everybody, without credentials: metadata and the token endpoint. */
        ANY,
        /** Allowed origins, echoed; any other origin is refused with 403. */
        ALLOWED
    }
}
