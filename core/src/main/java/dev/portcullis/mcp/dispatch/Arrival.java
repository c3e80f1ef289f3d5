package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.dispatch.OpenQuestions.Question;

/** What comes to a thread that waits for its client's answers. */
sealed interface Arrival {
    /** A result. */
    record Answer(Question question, RawJson result) implements Arrival {}

    /** An error. */
    record Refusal(Question question, RawJson error) implements Arrival {}

    /** The call has ended; there will be no answer. */
    record Ended() implements Arrival {}
}
