package dev.portcullis.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A connection that is asked every now and then whether it is there. One thread asks. */
final class Probed {
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final StatefulRedisConnection<byte[], byte[]> connection;
    private long askedNanos;
    private volatile boolean answered = true;

    Probed(StatefulRedisConnection<byte[], byte[]> connection) {
        this.connection = connection;
    }

    StatefulRedisConnection<byte[], byte[]> connection() {
        return connection;
    }

    /** Asks anew if the last question was answered. @return false if it is closed, or a question has been waiting for 2 s */
    boolean isAnswering() {
        if (!connection.isOpen()) {
            return false;
        }
        if (!answered) {
            return System.nanoTime() - askedNanos < SILENT_NANOS;
        }
        askedNanos = System.nanoTime();
        answered = false;
        CompletionStage<String> answer = connection.async().ping();
        var _ = answer.thenRun(() -> answered = true);
        return true;
    }

    void close() {
        connection.close();
    }
}
