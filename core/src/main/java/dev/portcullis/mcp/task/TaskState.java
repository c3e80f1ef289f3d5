package dev.portcullis.mcp.task;

import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.model.InputRequest;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a task stands.
 *
 * <pre>
 * Working ◀──▶ Asking
 *    └──────────┴──▶ Completed, Failed, Cancelled: never left
 * </pre>
 */
public sealed interface TaskState {
    /** The work goes on. */
    record Working() implements TaskState {}

    /**
     * The work waits for answers; once none is open it takes them, and goes on.
     *
     * @param requests what was asked, by keys that the task uses once in its life (H-223)
     * @param answers what came, by key
     */
    record Asking(Map<String, InputRequest> requests, Map<String, TaskAnswer> answers) implements TaskState {
        public Asking {
            requests = Collections.unmodifiableMap(new LinkedHashMap<>(requests));
            answers = Map.copyOf(answers);
        }

        /** @return what is not answered yet, by key */
        public Map<String, InputRequest> open() {
            var open = new LinkedHashMap<>(requests);
            open.keySet().removeAll(answers.keySet());
            return open;
        }

        /** @return the same with one more answer; this if the key is not open */
        Asking with(String key, TaskAnswer answer) {
            if (!requests.containsKey(key) || answers.containsKey(key)) {
                return this;
            }
            var more = new LinkedHashMap<>(answers);
            more.put(key, answer);
            return new Asking(requests, more);
        }
    }

    /**
     * The call has a result.
     *
     * @param result the whole object, as the call would have answered
     * @param isError the tool could not do it, and says why
     */
    record Completed(RawJson result, boolean isError) implements TaskState {}

    /**
     * The call has ended with a JSON-RPC error.
     *
     * @param error the error object, as the call would have answered
     */
    record Failed(RawJson error) implements TaskState {}

    /** Its client wants it no more. */
    record Cancelled() implements TaskState {}

    /** @return whether this is the end */
    default boolean isEnd() {
        return switch (this) {
            case Working _, Asking _ -> false;
            case Completed _, Failed _, Cancelled _ -> true;
        };
    }
}
