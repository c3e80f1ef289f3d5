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
 * call's stream and the thread waits; that time does not count as the call's, and has a limit of its own. Where every request stands alone (2026-07-28) the call ends there
 * with {@code input_required}, and runs <em>again from its start</em> once the client has the answers: what it does before its last question must bear being done twice
 * (H-89), and it must ask the same things in the same order, and under the same names. It leaves the code by an {@link Error} that is to be let through; what code that
 * catches it does or gives is heard no more, for the client has its answer by then, and may have begun the next round.
 *
 * <p>A client that cannot be asked ends the call, with an answer that says what it lacks (H-86, H-211); {@link #client} tells beforehand.
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

    /**
     * Uses up the answers that this call was given, so that the same ones do nothing a second time: a client that sends them again gets an error here. For what must happen
     * once for one yes, such as a payment; called behind the last question and before the effect. Where the client keeps a session an answer is taken once anyway, and this
     * does nothing; nor does it if nothing was asked (H-88, T-38). What was used up is known to this process: where several serve one address, the author must keep record of the effect itself.
     *
     * @throws IllegalStateException they have been used up in this run before
     */
    void useAnswersOnce();

    /**
     * Tells the client that what a page was for is done, so that it need not wait for its person to say so ({@code notifications/elicitation/complete}, H-191). Does nothing
     * where clients are not told such things, which is everywhere but in 2025-11-25.
     *
     * @param page that this call has asked to be visited
     */
    void completed(InputRequest.Page page);

    /** Asks the person at the client; see {@link #ask}. */
    default InputResponse.Elicited elicit(String name, InputRequest.Form form)
            throws InputRefusedException, InterruptedException {
        return (InputResponse.Elicited) answer(name, form);
    }

    /**
     * Sends the person at the client to a page; see {@link #ask}. To accept is to agree to the visit: whether what the page was for is done, the page must tell. A call may
     * wait for that for as long as it has time, or ask again under another name.
     */
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
