package dev.portcullis.benchmarks.jmh;

import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.dispatch.ReplySink;
import dev.portcullis.mcp.dispatch.Slack;
import java.nio.charset.StandardCharsets;

/** Copies the answer into the same bytes again and again, as the transport copies it into a pooled buffer. One thread. */
public final class KeptReply implements ReplySink {
    private final byte[] bytes;
    private int length;

    KeptReply(int bytesMax) {
        bytes = new byte[bytesMax];
    }

    @Override
    public boolean request(JsonWriter message) {
        return false;
    }

    @Override
    public void letClientPoll(int retryMillis) {}

    @Override
    public void answer(int status, JsonWriter message) {
        if (status != 200) {
            throw new IllegalStateException("refused with " + status + ": " + message);
        }
        System.arraycopy(message.buffer(), 0, bytes, 0, message.length());
        length = message.length();
    }

    String text() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public void notification(JsonWriter message, Slack slack) {
        throw new IllegalStateException("nobody asked for " + message);
    }

    @Override
    public void needScope(Scopes needed) {
        throw new IllegalStateException("a scope is missing: " + needed);
    }

    @Override
    public void withdrawn() {
        throw new IllegalStateException("nobody cancelled");
    }
}
