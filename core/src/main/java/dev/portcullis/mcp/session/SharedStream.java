package dev.portcullis.mcp.session;

import dev.portcullis.identity.Scopes;
import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.session.StreamRows.Written;
import dev.portcullis.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The stream of a call that runs here, and its copy in Redis, which follows the log: from there other nodes read on. What is added is handed to a connection here at once,
 * and copied by a thread that lives as long as there is something to copy. While Redis is away the copy stays behind, and is made up for later from what is still kept.
 * Fields are guarded by the {@link EventLog}.
 *
 * <pre>
 * following ── finished, and all is copied; forgotten; ended by others ──▶ over
 * </pre>
 */
final class SharedStream implements SessionStream {
    private static final System.Logger LOG = System.getLogger(SharedStream.class.getName());
    private static final int EVENTS_AT_ONCE = 64;
    private static final int BYTES_AT_ONCE = 256 * 1024;

    /** How long it is until the copy is tried again; doubles, with some chance, so that not all come at once. */
    private static final Backoff BACKOFF = new Backoff(200, 5_000);

    private final LoggedStream stream;
    private final EventLog log;
    private final Shared shared;
    private final StreamRows.Writer writer;
    private final AtomicInteger words = new AtomicInteger();

    /** The last number that is in the copy, and the last that may be. */
    private long copied;

    private long sent;
    private boolean begun;
    private boolean isToBeKept;
    private boolean isFinishCopied;
    private boolean isForgotten;
    private boolean isOver;
    private List<Long> gone = new ArrayList<>();

    /** Who reads elsewhere, as it called itself; empty for nobody. */
    private String reader = "";

    /** When a connection here began to read it last. */
    private long readHereMicros = StreamWords.nowMicros();

    /** What such streams share. */
    record Shared(StreamRows rows, StreamWords others, String node) {}

    SharedStream(LoggedStream stream, EventLog log, Shared shared, Scopes scopes, List<JsonRpcId> requests) {
        this.stream = stream;
        this.log = log;
        this.shared = shared;
        this.writer = new StreamRows.Writer(shared.node(), scopes, List.copyOf(requests));
    }

    @Override
    public void add(byte[] message, @Nullable String replaceKey, boolean droppable) {
        stream.add(message, replaceKey, droppable);
        follow();
    }

    @Override
    public void finish() {
        stream.finish();
        follow();
    }

    @Override
    public void finish(byte[] message) {
        stream.finish(message);
        follow();
    }

    @Override
    public void letGo(int retryMillis) {
        stream.letGo(retryMillis);
        boolean isReadElsewhere;
        synchronized (log) {
            isReadElsewhere = !reader.isEmpty();
        }
        if (isReadElsewhere) {
            shared.others().letGo(stream, retryMillis);
        }
    }

    @Override
    public Reading read() {
        return stream.read();
    }

    /**
     * Somebody reads it on another node. Guarded by the log.
     *
     * @return whether they came later than whoever reads it here
     */
    boolean readBy(String other, long sinceMicros) {
        reader = other;
        return sinceMicros > readHereMicros;
    }

    /**
     * A connection reads it here from now on. Guarded by the log.
     *
     * @return who has read it elsewhere, and is to be told; empty for nobody
     */
    String readHere() {
        readHereMicros = StreamWords.nowMicros();
        String before = reader;
        reader = "";
        return before;
    }

    /** An event is not kept any more. Guarded by the log. */
    void removed(long number) {
        if (number <= sent && !isForgotten) {
            gone.add(number);
        }
    }

    /** Nothing of the stream is kept any more. Guarded by the log. */
    void forgotten() {
        isForgotten = true;
        follow();
    }

    /** Copies what is not in the copy yet. */
    void follow() {
        if (words.getAndIncrement() == 0) {
            Thread.ofVirtual().name("stream-copy").start(this::copyAll);
        }
    }

    private void copyAll() {
        int heard = 1;
        int failures = 0;
        while (heard != 0) {
            try {
                if (!copySome()) {
                    heard = words.addAndGet(-heard);
                }
                failures = 0;
            } catch (StoreException e) {
                BACKOFF.pause(failures++);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a stream cannot be copied any more", e);
                giveUp();
            }
        }
    }

    private void giveUp() {
        synchronized (log) {
            isOver = true;
        }
    }

    /** @return whether there may be more to do */
    private boolean copySome() {
        StreamRows.Batch batch;
        boolean forget;
        synchronized (log) {
            forget = isForgotten && !isOver;
            batch = isOver || isForgotten ? null : next();
        }
        if (forget) {
            if (begun) {
                shared.rows().forget(session(), stream.name);
            }
            giveUp();
            return false;
        }
        if (batch == null) {
            return false;
        }
        boolean done = false;
        try {
            var written = shared.rows().append(session(), stream.name, writer, batch);
            done = written instanceof Written.Done;
            wrote(batch, written);
        } finally {
            if (!done) {
                synchronized (log) {
                    gone.addAll(batch.gone());
                }
            }
        }
        return true;
    }

    /**
     * Guarded by the log.
     *
     * @return null if there is nothing to copy
     */
    private StreamRows.@Nullable Batch next() {
        var events = new ArrayList<StreamRows.Numbered>();
        int bytes = 0;
        Event event = stream.after(copied);
        while (event != null && events.size() < EVENTS_AT_ONCE && bytes < BYTES_AT_ONCE) {
            events.add(new StreamRows.Numbered(event.number, event.message));
            bytes += event.message.length;
            event = stream.after(event.number);
        }
        boolean finishes = event == null && stream.isFinished();
        if (begun && !isToBeKept && events.isEmpty() && gone.isEmpty() && finishes == isFinishCopied) {
            return null;
        }
        begun = true;
        isToBeKept = false;
        if (!events.isEmpty()) {
            sent = Math.max(sent, events.getLast().number());
        }
        var needless = gone;
        gone = new ArrayList<>();
        return new StreamRows.Batch(copied, stream.lost(), finishes, needless, events);
    }

    private void wrote(StreamRows.Batch batch, Written written) {
        synchronized (log) {
            switch (written) {
                case Written.Done(var who) -> {
                    copied = batch.events().isEmpty()
                            ? batch.after()
                            : batch.events().getLast().number();
                    isFinishCopied = batch.finished();
                    reader = who;
                }
                case Written.Behind(long last) -> copied = last;
                case Written.Over() -> isOver = true;
            }
        }
        if (written instanceof Written.Done(var who) && !who.isEmpty()) {
            shared.others().more(stream, who);
        }
    }

    /** Says that a call is still running, so that its copy is kept. */
    void keep() {
        synchronized (log) {
            if (stream.isFinished() || isOver) {
                return;
            }
            isToBeKept = true;
        }
        follow();
    }

    private String session() {
        return stream.owner.session.key();
    }
}
