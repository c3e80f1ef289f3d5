package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;

import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.InputRefusedException;
import dev.portcullis.mcp.session.Session;
import org.jspecify.annotations.Nullable;

/** Sends messages of clients to the code that serves them, and says what it has against them. */
final class GoldenClient implements AutoCloseable {
    private final ProtocolVersion version;
    private final DispatcherFixture serving = new DispatcherFixture(GoldenCatalog.catalog());
    private final DispatcherFixture asking = new DispatcherFixture(GoldenCatalog.asking());

    GoldenClient(ProtocolVersion version) {
        this.version = version;
    }

    /** @return what came instead of the success it should be; null if that came */
    @Nullable
    String refusal(String name, String text) throws Exception {
        return switch (DispatcherFixture.message(text)) {
            case JsonRpcMessage.Request request -> refusal(request);
            case JsonRpcMessage.Notification notification -> refusal(notification);
            case JsonRpcMessage.Response response -> refusal(response, name.substring(name.indexOf('.') + 1));
            case JsonRpcMessage.ErrorResponse _ -> null;
            case JsonRpcMessage.Batch batch ->
                serving.revisions.of(version).takesBatches() && !batch.items().isEmpty() ? null : "no batches";
        };
    }

    private @Nullable String refusal(JsonRpcMessage.Request request) throws Exception {
        var params = RequestParams.of(request.params());
        var fixture = params.member("inputResponses") == null ? serving : asking;
        var session = session(fixture, request, params);
        var capabilities = session == null ? params.meta().requireComplete() : session.clientCapabilities();
        var sink = new RecordingSink();
        var revision = fixture.revisions.of(version);
        var pending = fixture.dispatcher.dispatch(
                request, new CallContext(revision, ADA, session, capabilities, params, ArgumentHeaders.NONE, sink));
        if (pending != null && request.method().equals("subscriptions/listen")) {
            pending.end();
        }
        String answer = sink.awaitEnd();
        boolean done = answer.startsWith("200 ")
                && answer.contains("\"result\":{")
                && !answer.contains("\"isError\":true")
                && !answer.contains("\"input_required\"");
        return done ? null : answer;
    }

    private @Nullable Session session(DispatcherFixture fixture, JsonRpcMessage.Request request, RequestParams params)
            throws McpException {
        if (!version.hasSessions()) {
            return null;
        }
        return request.method().equals("initialize")
                ? fixture.dispatcher.openSession(params, ADA)
                : fixture.session(version, ADA);
    }

    private @Nullable String refusal(JsonRpcMessage.Notification notification) {
        var params = RequestParams.of(notification.params());
        serving.dispatcher.notified(notification, params, serving.session(ProtocolVersion.V2025_11_25, ADA));
        return null;
    }

    private static @Nullable String refusal(JsonRpcMessage.Response response, String variant) {
        String question = variant.replaceFirst("-.*", "");
        InputRequest asked = GoldenCatalog.QUESTIONS.get(question);
        if (asked == null) {
            return "answers no question: " + question;
        }
        try {
            InputResponses.read(asked, response.result());
            return null;
        } catch (InputRefusedException e) {
            return e.getMessage();
        }
    }

    @Override
    public void close() {
        serving.close();
        asking.close();
    }
}
