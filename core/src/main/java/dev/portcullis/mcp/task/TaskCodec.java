package dev.portcullis.mcp.task;

import dev.portcullis.json.Json;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tasks as they are stored outside of this process, in two parts: a head that never changes, and a body for each state. Both are JSON objects; the head says which format it is,
 * and the body is of the same.
 */
final class TaskCodec {
    private static final int FORMAT = 1;
    private static final byte[] NOTHING = {'{', '}'};

    private TaskCodec() {}

    /** What never changes of a task. */
    record Head(TaskOwner owner, String tool, long createdAtMillis, int ttlMillis, int pollIntervalMillis) {
        static Head of(Task task) {
            return new Head(
                    task.owner(), task.tool(), task.createdAtMillis(), task.ttlMillis(), task.pollIntervalMillis());
        }
    }

    static byte[] write(Head head) {
        return object(out -> {
            out.name("format").number(FORMAT);
            out.name("issuer").string(head.owner().issuer());
            out.name("subject").string(head.owner().subject());
            out.name("client").string(head.owner().clientId());
            out.name("realm").string(head.owner().realm());
            out.name("tool").string(head.tool());
            out.name("created").number(head.createdAtMillis());
            out.name("ttl").number(head.ttlMillis());
            out.name("poll").number(head.pollIntervalMillis());
        });
    }

    static Head readHead(byte[] json) {
        var head = Json.parse(json);
        if (Members.integer(head, "format") != FORMAT) {
            throw new IllegalStateException("a task of format " + Members.integer(head, "format"));
        }
        return new Head(
                new TaskOwner(
                        Members.text(head, "issuer"),
                        Members.text(head, "subject"),
                        Members.text(head, "client"),
                        Members.text(head, "realm")),
                Members.text(head, "tool"),
                Members.integer(head, "created"),
                (int) Members.integer(head, "ttl"),
                (int) Members.integer(head, "poll"));
    }

    private static byte[] object(Consumer<JsonWriter> members) {
        try (var out = JsonWriter.take()) {
            out.beginObject();
            members.accept(out);
            return out.endObject().toBytes();
        }
    }

    /** Which state it is; stands plain beside the body. */
    enum Kind {
        WORKING,
        ASKING,
        COMPLETED,
        /** Completed, and the tool says that it could not do it. */
        COMPLETED_ERROR,
        FAILED,
        CANCELLED;

        static Kind of(TaskState state) {
            return switch (state) {
                case TaskState.Working() -> WORKING;
                case TaskState.Asking _ -> ASKING;
                case TaskState.Completed completed -> completed.isError() ? COMPLETED_ERROR : COMPLETED;
                case TaskState.Failed _ -> FAILED;
                case TaskState.Cancelled() -> CANCELLED;
            };
        }
    }

    /** @return what a state holds; nothing if it is only what it is */
    static byte[] write(TaskState state) {
        return switch (state) {
            case TaskState.Working(), TaskState.Cancelled() -> new byte[0];
            case TaskState.Asking asking ->
                object(out -> {
                    Members.put(out, "requests", asking.requests(), QuestionCodec::write);
                    Members.put(out, "answers", asking.answers(), TaskCodec::write);
                });
            case TaskState.Completed completed -> text(completed.result());
            case TaskState.Failed(var error) -> text(error);
        };
    }

    private static byte[] text(RawJson json) {
        return json.text().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(JsonWriter out, TaskAnswer answer) {
        out.beginObject();
        switch (answer) {
            case TaskAnswer.Given(var result) -> out.name("given").raw(result);
            case TaskAnswer.Refused(int code, String message) ->
                out.name("code").number(code).name("message").string(message);
        }
        out.endObject();
    }

    /** @param body as {@link #write(TaskState)} has written it */
    static TaskState readState(Kind kind, byte[] body) {
        return switch (kind) {
            case WORKING -> new TaskState.Working();
            case ASKING -> asking(whole(body));
            case COMPLETED -> new TaskState.Completed(whole(body), false);
            case COMPLETED_ERROR -> new TaskState.Completed(whole(body), true);
            case FAILED -> new TaskState.Failed(whole(body));
            case CANCELLED -> new TaskState.Cancelled();
        };
    }

    /** @return a state without what it holds: a result, which is left out, or nothing; null if what it holds matters in lists too */
    static @Nullable TaskState outline(Kind kind) {
        return switch (kind) {
            case ASKING, FAILED -> null;
            case WORKING, COMPLETED, COMPLETED_ERROR, CANCELLED -> readState(kind, NOTHING);
        };
    }

    /** Checked when it came into being, and sealed since; it may be nested deeper than what is taken from outside. */
    private static RawJson whole(byte[] json) {
        return RawJson.ofChecked(json, 0, json.length);
    }

    private static TaskState.Asking asking(RawJson body) {
        return new TaskState.Asking(
                Members.map(body, "requests", QuestionCodec::read), Members.map(body, "answers", TaskCodec::answer));
    }

    private static TaskAnswer answer(RawJson answer) {
        String message = Members.textOrNull(answer, "message");
        return message == null
                ? new TaskAnswer.Given(Members.required(answer, "given"))
                : new TaskAnswer.Refused((int) Members.integer(answer, "code"), message);
    }
}
