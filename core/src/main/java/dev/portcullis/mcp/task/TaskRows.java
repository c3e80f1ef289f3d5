package dev.portcullis.mcp.task;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.Script;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Single tasks in Redis, each a hash. What people and tools have said, and whose it is, is sealed for its task and its field; plain is what scripts and operators need: the kind
 * of the state, times, nodes. Blocks; any thread.
 */
final class TaskRows {
    private static final System.Logger LOG = System.getLogger(TaskRows.class.getName());

    /** Kept for so long beyond its time: clocks of nodes differ, and whether its time is over is for them to say. */
    static final int GRACE_MILLIS = 60_000;

    private static final Script CREATE = Script.of(TaskRows.class, "task-create.lua");
    private static final Script CHANGE = Script.of(TaskRows.class, "task-change.lua");
    private static final Script WATCH = Script.of(TaskRows.class, "task-watch.lua");

    private static final byte[][] HEAD = fields("head", "kind", "updated", "message", "revision", "node");
    private static final byte[][] WHOLE = fields("head", "kind", "updated", "message", "revision", "node", "body");

    private final Redis redis;
    private final TaskKeys keys;
    private final Sealer sealer;

    /**
     * A task as it was read.
     *
     * @param revision how often it has been changed
     * @param node works on it, if it has not ended
     */
    record Row(Task task, String revision, String node) {}

    /**
     * What is to be known of a task that is watched.
     *
     * @param endsAtMillis Unix time
     * @param node works on it, if it has not ended
     */
    record Outline(long endsAtMillis, String node) {}

    TaskRows(Redis redis, TaskKeys keys, MasterKey key) {
        this.redis = redis;
        this.keys = keys;
        this.sealer = key.sealer("task/1");
    }

    private static byte[][] fields(String... names) {
        return Stream.of(names).map(TaskRows::ascii).toArray(byte[][]::new);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    private static byte[] ascii(long number) {
        return ascii(Long.toString(number));
    }

    void create(Task task, String node) {
        var fields = Map.of(
                "head", seal(task.id(), "head", TaskCodec.write(TaskCodec.Head.of(task))),
                "kind", ascii(TaskCodec.Kind.of(task.state()).name()),
                "updated", ascii(task.lastUpdatedAtMillis()),
                "message", message(task),
                "body", seal(task.id(), "body", TaskCodec.write(task.state())),
                "revision", ascii(0),
                "ends", ascii(task.createdAtMillis() + task.ttlMillis()),
                "node", ascii(node));
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(ascii(task.ttlMillis() + GRACE_MILLIS));
        fields.forEach((name, value) -> {
            arguments.add(ascii(name));
            arguments.add(value);
        });
        redis.run(CREATE, new byte[][] {keys.task(task.id())}, arguments.toArray(byte[][]::new));
    }

    private byte[] message(Task task) {
        return task.message() == null
                ? new byte[0]
                : seal(task.id(), "message", task.message().getBytes(UTF_8));
    }

    private byte[] seal(String id, String field, byte[] plain) {
        return sealer.seal(plain, context(id, field));
    }

    /** @return null if this was not sealed by our key for this: then there is no such task */
    private byte @Nullable [] open(String id, String field, byte[] sealed) {
        byte[] plain = sealer.open(sealed, context(id, field));
        if (plain == null) {
            LOG.log(System.Logger.Level.WARNING, "the {0} of a task was not sealed by this server''s key", field);
        }
        return plain;
    }

    private static byte[] context(String id, String field) {
        return ascii(id + " " + field);
    }

    /** @return null if there is none */
    @Nullable
    Row read(String id) {
        var fields = redis.await(redis.commands().hmget(keys.task(id), WHOLE));
        var state = isThere(fields) ? state(id, fields) : null;
        return state == null ? null : row(id, fields, state);
    }

    /** Several, without their results. @return those that there are */
    List<Row> outlines(List<String> ids) {
        List<RedisFuture<List<KeyValue<byte[], byte[]>>>> answers = new ArrayList<>();
        for (String id : ids) {
            answers.add(redis.commands().hmget(keys.task(id), HEAD));
        }
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            var fields = redis.await(answers.get(i));
            var state = isThere(fields) ? TaskCodec.outline(kind(fields)) : null;
            var row = state == null ? read(ids.get(i)) : row(ids.get(i), fields, state);
            if (row != null) {
                rows.add(row);
            }
        }
        return rows;
    }

    private static boolean isThere(List<KeyValue<byte[], byte[]>> fields) {
        return fields.getFirst().hasValue();
    }

    private static TaskCodec.Kind kind(List<KeyValue<byte[], byte[]>> fields) {
        return TaskCodec.Kind.valueOf(text(fields.get(1)));
    }

    private @Nullable TaskState state(String id, List<KeyValue<byte[], byte[]>> fields) {
        byte[] body = open(id, "body", fields.get(6).getValue());
        return body == null ? null : TaskCodec.readState(kind(fields), body);
    }

    private @Nullable Row row(String id, List<KeyValue<byte[], byte[]>> fields, TaskState state) {
        byte[] plainHead = open(id, "head", fields.get(0).getValue());
        byte[] sealedMessage = fields.get(3).getValue();
        byte[] message = sealedMessage.length == 0 ? null : open(id, "message", sealedMessage);
        if (plainHead == null) {
            return null;
        }
        var head = TaskCodec.readHead(plainHead);
        var task = new Task(
                id,
                head.owner(),
                head.tool(),
                state,
                message == null ? null : new String(message, UTF_8),
                head.createdAtMillis(),
                Long.parseLong(text(fields.get(2))),
                head.ttlMillis(),
                head.pollIntervalMillis());
        return new Row(task, text(fields.get(4)), text(fields.get(5)));
    }

    private static String text(KeyValue<byte[], byte[]> field) {
        return new String(field.getValue(), US_ASCII);
    }

    /** @return the nodes that watch it; null if it was changed since it was read, or is gone */
    @Nullable
    List<String> change(Row read, Task to) {
        var watching = redis.run(
                CHANGE,
                new byte[][] {keys.task(to.id())},
                ascii(read.revision()),
                ascii(TaskCodec.Kind.of(to.state()).name()),
                ascii(to.lastUpdatedAtMillis()),
                message(to),
                seal(to.id(), "body", TaskCodec.write(to.state())));
        return watching.isEmpty() ? null : nodes((byte[]) watching.getFirst());
    }

    /** @return the nodes that watched it */
    List<String> remove(String id) {
        var watching = redis.commands().hget(keys.task(id), ascii("watching"));
        redis.await(redis.commands().del(keys.task(id)));
        byte[] nodes = redis.await(watching);
        return nodes == null ? List.of() : nodes(nodes);
    }

    private static List<String> nodes(byte[] watching) {
        return Arrays.stream(new String(watching, US_ASCII).split(" ", -1))
                .filter(node -> !node.isEmpty())
                .toList();
    }

    /** Remembers that a node watches a task. @return null if the task is gone */
    @Nullable
    Outline watch(String id, String node) {
        var found = redis.run(WATCH, new byte[][] {keys.task(id)}, ascii(node));
        return found.isEmpty()
                ? null
                : new Outline(
                        Long.parseLong(new String((byte[]) found.get(0), US_ASCII)),
                        new String((byte[]) found.get(1), US_ASCII));
    }
}
