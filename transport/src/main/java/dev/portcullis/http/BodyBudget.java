package dev.portcullis.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of request bodies are held at a time, over all connections: each body is bounded, but so many at once would fill the heap all the same (T-6,
 * T-112). Callers who have shown a token and callers who have not draw on amounts of their own, so that nobody unknown can leave those without. Any thread.
 */
public final class BodyBudget {
    private final AtomicLong leftWithToken;
    private final AtomicLong leftWithout;

    /** @param bytesMax of bodies with a token; as many again of others */
    public BodyBudget(long bytesMax) {
        leftWithToken = new AtomicLong(bytesMax);
        leftWithout = new AtomicLong(bytesMax);
    }

    /** @return whether there was so much left; if not, nothing is taken */
    boolean take(Route.Access access, long bytes) {
        AtomicLong left = left(access);
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        left.addAndGet(bytes);
        return false;
    }

    void giveBack(Route.Access access, long bytes) {
        left(access).addAndGet(bytes);
    }

    private AtomicLong left(Route.Access access) {
        return switch (access) {
            case BEARER -> leftWithToken;
            case OPEN -> leftWithout;
        };
    }
}
