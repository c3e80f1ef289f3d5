package dev.portcullis.mcp.dispatch;

import dev.portcullis.jsonrpc.JsonRpcId;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.store.StoreException;
import dev.portcullis.telemetry.Outcome;
import org.jspecify.annotations.Nullable;

/** Carries out what changes a session: at once, or on a thread of its own where that waits for other machines. */
final class SessionChanges {
    private static final PendingCall SHORT = () -> {};

    private final Sessions sessions;
    private final CallRunner runner;

    SessionChanges(Sessions sessions, CallRunner runner) {
        this.sessions = sessions;
        this.runner = runner;
    }

    /** What is done. */
    @FunctionalInterface
    interface Step {
        /** Answers, unless it throws. */
        void run() throws McpException;
    }

    /**
     * Does it.
     *
     * @return what is still to be answered; null if it has been
     * @throws McpException from the step, if it was done at once; OVERLOADED
     */
    @Nullable
    PendingCall make(JsonRpcId id, CallContext context, Step step) throws McpException {
        if (!sessions.block()) {
            step.run();
            return null;
        }
        runner.execute(() -> {
            try {
                step.run();
            } catch (McpException e) {
                Answers.error(id, context, e);
            } catch (StoreException e) {
                runner.telemetry().refused(Outcome.STORE_UNAVAILABLE);
                Answers.error(
                        id,
                        context,
                        new McpException(McpError.OVERLOADED, "The session cannot be changed now; try again"));
            } catch (RuntimeException e) {
                Answers.bug(id, context, "a change of a session", e);
            }
        });
        return SHORT;
    }
}
