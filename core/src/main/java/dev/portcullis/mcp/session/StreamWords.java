package dev.portcullis.mcp.session;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.portcullis.cluster.Bus;
import dev.portcullis.crypto.Randoms;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What nodes say to each other about streams, on the topic {@code stream}: letters, keys and names, separated by spaces. Any thread.
 *
 * <pre>
 * T session stream reader at  this reader reads it now, and nobody else does; at which time (microseconds)
 * O session stream reader     this reader has been overtaken by a connection where the call runs; to the reader's node
 * M session stream reader     there is more to read; to the reader's node
 * L session stream millis     let go of the connection that reads it
 * </pre>
 *
 * A reader's name begins with its node's, and a dot.
 */
final class StreamWords {
    static final String TOPIC = "stream";

    private static final int READER_BYTES = 9;

    private final Bus bus;

    /** What others say. Called by one thread, in order; must not block for long. */
    interface Listener {
        void taken(String session, String stream, String reader, long atMicros);

        void overtaken(String session, String stream, String reader);

        void more(String session, String stream);

        void letGo(String session, String stream, int retryMillis);
    }

    StreamWords(Bus bus) {
        this.bus = bus;
    }

    /** Others are heard from now on. */
    void listen(Listener listener) {
        bus.listen(TOPIC, words -> hear(new String(words.bytes(), US_ASCII), listener));
    }

    private static void hear(String words, Listener listener) {
        String[] parts = words.split(" ", -1);
        switch (parts[0]) {
            case "T" -> listener.taken(parts[1], parts[2], parts[3], Long.parseLong(parts[4]));
            case "O" -> listener.overtaken(parts[1], parts[2], parts[3]);
            case "M" -> listener.more(parts[1], parts[2]);
            case "L" -> listener.letGo(parts[1], parts[2], Integer.parseInt(parts[3]));
            default -> throw new IllegalArgumentException("unknown words about a stream: " + parts[0]);
        }
    }

    /** Good enough to tell which of two connections of one client is the later. */
    static long nowMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** A name for somebody who reads here. */
    String newReader() {
        return bus.node() + "." + Randoms.base64Url(READER_BYTES);
    }

    /** Says who reads a stream from now on. Blocks until it cannot be lost. */
    void taken(String session, String stream, String reader) {
        bus.tellAll(TOPIC, bytes("T", session, stream, reader, Long.toString(nowMicros())));
    }

    /** The words name the one they are for: they may arrive when yet another one reads. Does not block. */
    void overtaken(LoggedStream stream, String reader) {
        post("O", stream, reader);
    }

    void more(LoggedStream stream, String reader) {
        post("M", stream, reader);
    }

    private void post(String what, LoggedStream stream, String reader) {
        int dot = reader.indexOf('.');
        if (dot > 0) {
            bus.post(reader.substring(0, dot), TOPIC, bytes(what, stream.owner.session.key(), stream.name, reader));
        }
    }

    void letGo(LoggedStream stream, int retryMillis) {
        bus.postAll(TOPIC, bytes("L", stream.owner.session.key(), stream.name, Integer.toString(retryMillis)));
    }

    private static byte[] bytes(String... parts) {
        return String.join(" ", parts).getBytes(US_ASCII);
    }
}
