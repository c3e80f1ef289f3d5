package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.jsonrpc.JsonRpcEncoder;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.registry.InputRefusedException;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.telemetry.Telemetry.ToolOutcome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks where every request stands alone: the call ends with {@code input_required}, and the client sends its request again with the answers; the author's code then runs from
 * its start and finds them known (H-85 to H-89). What was answered in earlier rounds comes back in {@code requestState}.
 *
 * <pre>
 * a round: ask ── all known ──▶ goes on ── ask … ──▶ complete
 *            └─── something is missing ──▶ input_required, ended
 *            └─── what came back is none of ours, or no answer ──▶ -32602, ended
 *            └─── the client cannot be asked this ──▶ -32021, ended
 * </pre>
 */
final class RerunAsker implements Asker {
    /** The same for every reason, so that nobody learns which it was (T-38). */
    private static final String NO_STATE =
            "requestState is not of this request, or has expired; send the request without it";

    private final AskLimits limits;
    private final RequestStates states;
    private final Telemetry telemetry;
    private final Map<CallRun, Round> rounds = new ConcurrentHashMap<>();

    RerunAsker(AskLimits limits, RequestStates states, Telemetry telemetry) {
        this.limits = limits;
        this.states = states;
        this.telemetry = telemetry;
    }

    @Override
    public Map<String, InputResponse> ask(CallRun run, Map<String, InputRequest> requests)
            throws InputRefusedException {
        try {
            var round = round(run);
            synchronized (round) {
                return answers(run, round, requests);
            }
        } catch (McpException e) {
            throw stop(run, e);
        }
    }

    private static CallAnsweredError stop(CallRun run, McpException refusal) {
        var outcome = switch (refusal.error()) {
            case MISSING_CAPABILITY -> ToolOutcome.TOOL_ERROR;
            case INTERNAL_ERROR -> ToolOutcome.FAILED;
            case OVERLOADED -> ToolOutcome.OVERLOADED;
            default -> ToolOutcome.INVALID_ARGUMENTS;
        };
        return run.stop(outcome, () -> Answers.error(run.id, run.context, refusal));
    }

    /** Answers that come without a state could come again and again: they are refused. */
    @Override
    public void useOnce(CallRun run) {
        var round = rounds.get(run);
        if (round == null) {
            return;
        }
        synchronized (round) {
            if (round.usedUp) {
                throw new IllegalStateException("the answers have been used up already");
            }
            round.usedUp = true;
            if (run.context.params().member("requestState") == null) {
                throw stop(run, new McpException(McpError.INVALID_PARAMS, "params.requestState is missing"));
            }
            switch (use(run, round)) {
                case FIRST -> {}
                case AGAIN -> throw stop(run, new McpException(McpError.INVALID_PARAMS, NO_STATE));
                case FULL -> {
                    telemetry.refused(Outcome.OVERLOADED);
                    throw stop(run, new McpException(McpError.OVERLOADED, "Too much is going on; try again shortly"));
                }
            }
        }
    }

    /** Where it cannot be known whether they were used before, they are not used now. */
    private UsedAnswers.Use use(CallRun run, Round round) {
        try {
            return states.use(round.call, round.begunAtSeconds);
        } catch (StoreException e) {
            telemetry.refused(Outcome.STORE_UNAVAILABLE);
            throw stop(run, new McpException(McpError.OVERLOADED, "This cannot be done now; try again shortly"));
        }
    }

    private Map<String, InputResponse> answers(CallRun run, Round round, Map<String, InputRequest> requests)
            throws McpException, InputRefusedException {
        Map<String, InputResponse> answers = new LinkedHashMap<>();
        Map<String, InputRequest> missing = new LinkedHashMap<>();
        for (var asked : requests.entrySet()) {
            var answer = round.answer(asked.getKey(), asked.getValue());
            if (answer == null) {
                missing.put(asked.getKey(), asked.getValue());
            } else {
                answers.put(asked.getKey(), answer);
            }
        }
        if (missing.isEmpty()) {
            return answers;
        }
        if (round.usedUp) {
            throw new IllegalStateException("a question behind useAnswersOnce");
        }
        if (round.known.size() + missing.size() > limits.questionsPerCallMax()) {
            telemetry.refused(Outcome.OVERLOADED);
            throw new InputRefusedException(0, "This asks too much of its client.");
        }
        throw endWithQuestions(run, round, missing);
    }

    /** @return the round of this run; begun by its first question */
    private Round round(CallRun run) throws McpException {
        var known = rounds.get(run);
        if (known != null) {
            return known;
        }
        var begun = new Round(state(run), responses(run.context.params()));
        var earlier = rounds.putIfAbsent(run, begun);
        if (earlier != null) {
            return earlier;
        }
        run.whenEnded(() -> rounds.remove(run));
        return begun;
    }

    private RequestStates.State state(CallRun run) throws McpException {
        var sent = run.context.params().member("requestState");
        if (sent == null) {
            return states.first();
        }
        var state = states.open(sent, run);
        if (state == null) {
            throw new McpException(McpError.INVALID_PARAMS, NO_STATE);
        }
        return state;
    }

    private static RawJson responses(RequestParams params) throws McpException {
        var responses = params.member("inputResponses");
        if (responses == null) {
            return RawJson.EMPTY_OBJECT;
        }
        boolean fits = responses.kind() == JsonKind.OBJECT;
        if (fits) {
            var cursor = responses.cursor();
            cursor.enterObject();
            while (cursor.nextMember()) {
                fits &= cursor.kind() == JsonKind.OBJECT;
            }
        }
        if (!fits) {
            throw new McpException(McpError.INVALID_PARAMS, "params.inputResponses must be an object of objects");
        }
        return responses;
    }

    private CallAnsweredError endWithQuestions(CallRun run, Round round, Map<String, InputRequest> missing)
            throws McpException {
        var lacking = MissingAbilities.of(run.context, missing.values());
        if (lacking != null) {
            throw lacking.toException();
        }
        String state = states.seal(new RequestStates.State(round.call, round.begunAtSeconds, round.known), run);
        if (state == null) {
            throw new McpException(
                    McpError.INTERNAL_ERROR,
                    "The answers so far are too long to be carried: requestState may have " + limits.stateCharsMax()
                            + " characters");
        }
        try (var out = JsonWriter.take()) {
            var revision = run.context.revision();
            JsonRpcEncoder.beginResult(out, run.id);
            revision.beginInputRequired(out);
            out.name("inputRequests").beginObject();
            missing.forEach((name, request) -> {
                out.name(name).beginObject().name("method").string(InputRequests.method(request));
                revision.inputParams(out.name("params"), request);
                out.endObject();
            });
            out.endObject().name("requestState").string(state);
            revision.endResult(out);
            JsonRpcEncoder.end(out);
            return run.stop(ToolOutcome.INPUT_REQUIRED, () -> run.context.sink().answer(200, out));
        }
    }

    /** @return whether no call is between two questions; for tests */
    boolean isIdle() {
        return rounds.isEmpty();
    }

    /** One run of a call. Guarded by its own lock. */
    private static final class Round {
        final UUID call;
        final long begunAtSeconds;

        /** What was answered in earlier rounds, and of this round's answers what has been asked for. */
        final Map<String, RawJson> known;

        private final RawJson arrived;
        boolean usedUp;

        Round(RequestStates.State state, RawJson arrived) {
            this.call = state.call();
            this.begunAtSeconds = state.begunAtSeconds();
            this.known = new LinkedHashMap<>(state.answers());
            this.arrived = arrived;
        }

        /** @return null if there is none yet   @throws McpException INVALID_PARAMS: it does not fit (H-87) */
        @Nullable
        InputResponse answer(String name, InputRequest request) throws McpException {
            var earlier = known.get(name);
            if (earlier != null) {
                try {
                    return InputResponses.read(request, earlier);
                } catch (InputRefusedException e) {
                    known.remove(name); // the question has changed since: it is asked anew
                }
            }
            var response = RequestParams.memberOf(arrived, name);
            if (response == null) {
                return null;
            }
            try {
                var answer = InputResponses.read(request, response);
                known.put(name, response);
                return answer;
            } catch (InputRefusedException e) {
                throw new McpException(McpError.INVALID_PARAMS, String.valueOf(e.getMessage()));
            }
        }
    }
}
