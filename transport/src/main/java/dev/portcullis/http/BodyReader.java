package dev.portcullis.http;

import io.netty.buffer.ByteBuf;

/**
 * Reads one request's body as it arrives and answers when it has what it needs, at the latest some time after {@link #end}. All methods are called on the event
 * loop. Once the exchange has been answered no more parts come: the rest of the body is discarded.
 */
public interface BodyReader {
    /** Reads nothing: of a request that has its answer already. */
    BodyReader NONE = new BodyReader() {
        @Override
        public void read(ByteBuf part) {}

        @Override
        public void end() {}
    };

    /** The next part, never empty. The buffer is the caller's: it is not kept and not released here. */
    void read(ByteBuf part);

    /** The body is complete, and within the route's limit. Called at once if there is none. */
    void end();
}
