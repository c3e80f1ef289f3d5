package dev.portcullis.pipeline;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Arrays;

/** A request of HTTP/1.1 whose head has nothing unusual: see {@link PlainHeads}. Nobody changes it, so that the next one with the same head can be this again. Event loop only. */
final class PlainRequest extends DefaultHttpRequest {
    private final byte[] head;
    private final HeadFields fields;
    private final int bodyBytes;
    private final boolean keepsAlive;
    private boolean sound;

    /**
     * @param head its bytes
     * @param bodyBytes what it says of its body
     */
    PlainRequest(HttpMethod method, String target, HeadFields fields, byte[] head, int bodyBytes) {
        super(HttpVersion.HTTP_1_1, method, target, fields);
        this.head = head;
        this.fields = fields;
        this.bodyBytes = bodyBytes;
        this.keepsAlive = HttpUtil.isKeepAlive(this);
    }

    int headBytes() {
        return head.length;
    }

    int bodyBytes() {
        return bodyBytes;
    }

    /** Whether its client wants to send more on the connection. */
    boolean keepsAlive() {
        return keepsAlive;
    }

    /** Whether the framing guard has looked at it before. */
    boolean isSound() {
        return sound;
    }

    void foundSound() {
        sound = true;
    }

    /** Whether these begin with the same head, to the last byte. */
    boolean isAgainIn(byte[] bytes, int length) {
        return length >= head.length
                && !fields.isChanged()
                && Arrays.equals(bytes, 0, head.length, head, 0, head.length);
    }
}
