package dev.portcullis.mcp.registry;

import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.model.Root;
import dev.portcullis.mcp.model.TraceContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call as its author sees it: of a tool, a prompt or a resource. Used by the thread that runs the call, and those it hands it to.
 *
 * <p>A call that asks ({@link #elicit}, {@link #sample}, {@link #roots}, {@link #ask}) must not run inline. Where the client keeps a session the question goes out on the
 * call's stream and the thread waits. Where every request stands alone (2026-07-28) the call ends there with {@code input_required}, and runs <em>again from its
 * start</em> once the client has the answers: what it does before its last question must bear being done twice (H-89), and it must ask the same things in the same order.
 */
public interface Call {
    /** Who calls. */
    Principal principal();

    /** What the client can do, so that a call can choose how to ask. */
    ClientCapabilities client();

    /** Where in a distributed trace this call stands (H-198). */
    TraceContext trace();

    /** @return a member of the request's {@code _meta} as JSON text; null if absent (H-43) */
    @Nullable
    String meta(String key);

    /**
     * Tells the client how far the work is; nothing is sent if it did not ask (H-133).
     *
     * @param progress must rise from call to call; else it is dropped
     * @param total NaN if not known
     * @param message for people; null for none
     */
    void progress(double progress, double total, @Nullable String message);

    /**
     * Sends the client a log message, if it wants this level (H-131). Never a secret.
     *
     * @param logger which part of the server speaks; null for none
     * @param data JSON text
     */
    void log(LogLevel level, @Nullable String logger, String data);

    /** Sends the client a log message of plain text. */
    void log(LogLevel level, String text);

    /**
     * Asks several things at once.
     *
     * @param requests by names of the author's choosing, unique within the call
     * @return an answer for each, of the kind that was asked for
     * @throws InputRefusedException the client, or its person, has refused, or its answer does not fit
     * @throws InterruptedException the call was cancelled, or its time is over; let it through
     * @throws IllegalStateException the call runs inline
     */
    Map<String, InputResponse> ask(Map<String, InputRequest> requests)
            throws InputRefusedException, InterruptedException;

    /** Asks the person at the client; see {@link #ask}. */
    default InputResponse.Elicited elicit(String name, InputRequest.Form form)
            throws InputRefusedException, InterruptedException {
        return (InputResponse.Elicited) answer(name, form);
    }

    /** Sends the person at the client to a page; see {@link #ask}. */
    default InputResponse.Elicited elicit(String name, InputRequest.Page page)
            throws InputRefusedException, InterruptedException {
        return (InputResponse.Elicited) answer(name, page);
    }

    /** Asks the client's language model; see {@link #ask}. */
    default InputResponse.Sampled sample(String name, InputRequest.Sampling sampling)
            throws InputRefusedException, InterruptedException {
        return (InputResponse.Sampled) answer(name, sampling);
    }

    /** Asks for the client's roots; see {@link #ask}. */
    default List<Root> roots() throws InputRefusedException, InterruptedException {
        return ((InputResponse.RootList) answer("client_roots", new InputRequest.Roots())).roots();
    }

    private InputResponse answer(String name, InputRequest request) throws InputRefusedException, InterruptedException {
        var answer = ask(Map.of(name, request)).get(name);
        if (answer == null) {
            throw new IllegalStateException("no answer to " + name);
        }
        return answer;
    }

    /** @return whether the client has given up, or time is over; work should stop soon. A thread waiting in a blocking call is interrupted as well */
    boolean cancelled();
}
