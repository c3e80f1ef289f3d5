package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonCursor;
import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.dispatch.OpenQuestions.Question;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.registry.InputRefusedException;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Asks where there are sessions: questions go out as requests on the call's own stream, its thread waits, answers come as messages of their own (H-91, H-113).
 *
 * <pre>
 * asked ── answer ────────────────────────────▶ read by the waiting thread
 *   └───── the wait is over, or another was refused ──▶ cancelled at the client, the call goes on with an exception (H-134)
 *   └───── the call ends ────────────────────▶ cancelled at the client, its thread interrupted
 * </pre>
 *
 * An answer is taken in by the node whose thread waits for it; one that comes to another is brought there by {@link AnswersElsewhere}.
 */
final class SessionAsker implements Asker {
    private static final String NO_STREAM =
            "This has a question for its client, which takes no stream (Accept: text/event-stream) to be asked on.";

    private final AskLimits limits;
    private final CallTimer timer;
    private final Telemetry telemetry;
    private final OpenQuestions open;
    private final Map<CallRun, Conversation> conversations = new ConcurrentHashMap<>();

    /** What one call has asked. Guarded by its own lock. */
    private final class Conversation {
        private int asked;
        private final Set<Question> unanswered = new HashSet<>();
        private final Set<Question> sent = new HashSet<>();
        private boolean ended;

        /**
         * @throws InputRefusedException there is no room for all of them, here or elsewhere
         * @throws InterruptedException the call has ended: nobody would take them back
         */
        synchronized void open(List<Question> questions, Session session)
                throws InputRefusedException, InterruptedException {
            if (ended) {
                throw new InterruptedException("the call has ended");
            }
            asked += questions.size();
            if (asked > limits.questionsPerCallMax() || !open.add(session, questions)) {
                telemetry.refused(Outcome.OVERLOADED);
                throw new InputRefusedException(0, "Too many questions are open at the client.");
            }
            unanswered.addAll(questions);
        }

        synchronized void sent(Question question) {
            sent.add(question);
        }

        synchronized boolean wasSent(Question question) {
            return sent.contains(question);
        }

        synchronized void close(List<Question> questions) {
            questions.forEach(unanswered::remove);
            questions.forEach(sent::remove);
        }

        /** @return what it has asked that nobody has answered */
        synchronized List<Question> end() {
            ended = true;
            return open.takeAll(unanswered);
        }
    }

    SessionAsker(AskLimits limits, OpenQuestions open, CallTimer timer, Telemetry telemetry) {
        this.limits = limits;
        this.timer = timer;
        this.telemetry = telemetry;
        this.open = open;
    }

    /** Takes an answer. @return false if nobody waits for it here */
    boolean answered(String sessionKey, JsonRpcMessage.Response response) {
        var question = open.take(sessionKey, response.id());
        if (question != null) {
            question.arrivals().accept(new Arrival.Answer(question, response.result()));
        }
        return question != null;
    }

    /** Takes a refusal. @return false if nobody waits for it here */
    boolean refused(String sessionKey, JsonRpcMessage.ErrorResponse response) {
        var question = response.id() == null ? null : open.take(sessionKey, response.id());
        if (question != null) {
            question.arrivals().accept(new Arrival.Refusal(question, response.error()));
        }
        return question != null;
    }

    /** @return what clients have been asked, and what whoever asks in another way adds to */
    OpenQuestions open() {
        return open;
    }

    @Override
    public Map<String, InputResponse> ask(CallRun run, Map<String, InputRequest> requests)
            throws InputRefusedException, InterruptedException {
        var missing = MissingAbilities.of(run.context, requests.values());
        if (missing != null) {
            throw run.stop(ToolOutcome.TOOL_ERROR, () -> run.answerTrouble(missing.text())); // H-211
        }
        var arrivals = new LinkedBlockingQueue<Arrival>();
        var questions = questions(session(run), requests, arrivals::add);
        var conversation = conversation(run);
        conversation.open(questions, session(run));
        long endNanos = System.nanoTime() + timer.pause(run);
        try {
            for (var question : questions) {
                send(run, conversation, question);
            }
            return await(requests, arrivals, endNanos);
        } finally {
            timer.resume(run);
            withdraw(run, conversation, questions);
        }
    }

    private static Session session(CallRun run) {
        var session = run.context.session();
        if (session == null) {
            throw new IllegalStateException("there is no session");
        }
        return session;
    }

    private List<Question> questions(Session session, Map<String, InputRequest> requests, Consumer<Arrival> arrivals) {
        List<Question> questions = new ArrayList<>();
        requests.forEach((name, request) ->
                questions.add(new Question(session, open.ids().next(session.key()), name, request, arrivals)));
        return questions;
    }

    private Conversation conversation(CallRun run) {
        var known = conversations.get(run);
        if (known != null) {
            return known;
        }
        var created = new Conversation();
        var earlier = conversations.putIfAbsent(run, created);
        if (earlier != null) {
            return earlier;
        }
        run.whenEnded(() -> ended(run, created));
        return created;
    }

    /** A call has ended, and is not answered yet: what it asked is asked no more. */
    private void ended(CallRun run, Conversation conversation) {
        conversations.remove(run);
        for (var question : conversation.end()) {
            cancel(run, conversation, question);
            question.arrivals().accept(new Arrival.Ended());
        }
    }

    private static void send(CallRun run, Conversation conversation, Question question) throws InterruptedException {
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.beginRequest(out, question.id(), InputRequests.method(question.request()));
            run.context.revision().inputParams(out, question.request());
            JsonRpcEncoder.endRequest(out);
            boolean running = run.unlessEnded(() -> {
                if (run.context.sink().request(out)) {
                    conversation.sent(question);
                }
            });
            if (!running) {
                throw new InterruptedException("the call has ended");
            }
            if (!conversation.wasSent(question)) {
                throw run.stop(ToolOutcome.TOOL_ERROR, () -> run.answerTrouble(NO_STREAM));
            }
        }
    }

    private static Map<String, InputResponse> await(
            Map<String, InputRequest> requests, BlockingQueue<Arrival> arrivals, long endNanos)
            throws InputRefusedException, InterruptedException {
        Map<String, InputResponse> answers = new LinkedHashMap<>();
        while (answers.size() < requests.size()) {
            switch (arrivals.poll(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                case Arrival.Answer(var question, var result) ->
                    answers.put(question.name(), InputResponses.read(question.request(), result));
                case Arrival.Refusal(var question, var error) -> throw refusal(question, error);
                case Arrival.Ended() -> throw new InterruptedException("the call has ended");
                case null -> throw new InputRefusedException(0, "The client has not answered in time.");
            }
        }
        return answers;
    }

    static InputRefusedException refusal(Question question, RawJson error) {
        var code = RequestParams.memberOf(error, "code");
        var message = RequestParams.memberOf(error, "message");
        String text = message != null && message.kind() == JsonKind.STRING
                ? message.cursor().string()
                : "no reason given";
        return new InputRefusedException(
                code == null ? 0 : codeOf(code.cursor()),
                "The client refused " + InputRequests.method(question.request()) + ": " + McpException.echo(text));
    }

    private static int codeOf(JsonCursor code) {
        long value = code.isInteger() ? code.integer() : 0;
        return value == (int) value ? (int) value : 0;
    }

    /** What is still open of an ask that is over is cancelled at the client, unless the call has ended: then that sees to it. */
    private void withdraw(CallRun run, Conversation conversation, List<Question> questions) {
        boolean running =
                run.unlessEnded(() -> open.takeAll(questions).forEach(question -> cancel(run, conversation, question)));
        if (running) {
            conversation.close(questions);
        }
    }

    /** What the client was asked, it need not answer any more (H-134). */
    private static void cancel(CallRun run, Conversation conversation, Question question) {
        if (!conversation.wasSent(question)) {
            return;
        }
        try (var out = JsonWriter.take()) {
            JsonRpcEncoder.beginNotification(out, "notifications/cancelled");
            out.name("requestId");
            question.id().writeTo(out);
            out.name("reason").string("No answer is needed any more");
            JsonRpcEncoder.end(out);
            run.context.sink().notification(out, new Slack.None());
        }
    }

    /** @return whether no client is asked anything; for tests */
    boolean isIdle() {
        return open.isEmpty() && conversations.isEmpty();
    }
}
