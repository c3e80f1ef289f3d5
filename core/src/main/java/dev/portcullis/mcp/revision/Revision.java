package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.PromptMessage;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.task.Task;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The rules of one protocol revision: which methods there are, what a result looks like, which status an error has. */
public interface Revision {
    ProtocolVersion version();

    /** @return whether clients may send this (H §7) */
    boolean serves(McpMethod method);

    /** @return whether a POST may hold an array of messages (H-111) */
    boolean takesBatches();

    /** @return whether its clients open a stream by HTTP+SSE, on whatever path (H-6, H §6) */
    boolean speaksHttpSse();

    /** @return whether a stream may begin with an event without a message, and be let go of before its end (H-124) */
    boolean primesStreams();

    /** @return which generation of tasks there is */
    TaskRules tasks();

    /** @return whether arguments that do not fit the schema are a result the model can read, or an error (H-173) */
    boolean argumentErrorsAreResults();

    /** @return what a URI that names no resource gives (H-180) */
    McpError resourceNotFound();

    /** Writes what every result begins with, inside the result object. */
    void beginResult(JsonWriter out);

    /** Writes what a result begins with that asks for input instead of being one (H-85). @throws IllegalStateException questions of this revision go out as requests */
    void beginInputRequired(JsonWriter out);

    /** Writes what every result ends with. */
    void endResult(JsonWriter out);

    /**
     * The same of a result that says more of itself.
     *
     * @param meta writes members of its {@code _meta}
     */
    void endResult(JsonWriter out, Consumer<JsonWriter> meta);

    /** Writes what the result of {@code server/discover} ends with instead: all there is to know about this server. */
    void endDiscovery(JsonWriter out);

    /** Writes how long a result may be kept, by the caller alone (H-95, H-96). */
    void caching(JsonWriter out, int ttlMillis);

    /** Writes the capabilities object. */
    void capabilities(JsonWriter out, Offer offer);

    /** Writes {@code serverInfo}'s object (MCP {@code Implementation}). */
    void serverInfo(JsonWriter out);

    /** Writes a {@code Tool}. */
    void tool(JsonWriter out, ToolDefinition tool);

    /** Writes a {@code Prompt}. */
    void prompt(JsonWriter out, PromptDefinition prompt);

    /** Writes a {@code PromptMessage}. */
    void promptMessage(JsonWriter out, PromptMessage message);

    /** Writes a {@code Resource} or {@code ResourceTemplate}. */
    void resource(JsonWriter out, ResourceDefinition resource);

    /** Writes {@code TextResourceContents} or {@code BlobResourceContents}. */
    void resourceContents(JsonWriter out, ResourceContents contents);

    /** Writes a {@code ContentBlock}. */
    void content(JsonWriter out, Content content);

    /** Writes the member {@code structuredContent}, if this revision can say it. */
    void structuredContent(JsonWriter out, RawJson value);

    /** @return whether whoever asks for suggestions says which other arguments are known (H-183) */
    boolean completesInContext();

    /** Writes the members of a {@code notifications/progress}' params that stand behind the token. */
    void progress(JsonWriter out, double progress, double total, @Nullable String message);

    /** @return whether there is such a thing to ask a client for: not the same as the client being able to */
    boolean canAsk(InputRequest request);

    /** Writes the params of {@code elicitation/create}, {@code sampling/createMessage} or {@code roots/list}, as an object's value. */
    void inputParams(JsonWriter out, InputRequest request);

    /** @return whether a client can be told that what a page was for is done ({@code notifications/elicitation/complete}, H-191) */
    boolean tellsElicitationComplete();

    /** Writes the whole result that says a call is a task now, but for its end (H-141, H-221). @throws IllegalStateException there are no tasks */
    default void createdTask(JsonWriter out, Task task) {
        throw new IllegalStateException(version() + " has no tasks");
    }

    /** Writes the members of a {@code Task} as {@code tasks/get} tells it, with all that belongs to its state. @throws IllegalStateException there are no tasks */
    default void task(JsonWriter out, Task task) {
        throw new IllegalStateException(version() + " has no tasks");
    }

    /** @return HTTP status of an answer that is nothing but this error (H §9) */
    default int status(McpError error) {
        return error.status(version().hasSessions());
    }
}
