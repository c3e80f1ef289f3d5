package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.registry.InputRefusedException;

/** Reads what a client answers to what a call has asked: whatever comes in is checked against the question (H-192, T-35). */
final class InputResponses {
    private InputResponses() {}

    /**
     * Reads one answer.
     *
     * @param result the client's {@code ElicitResult}, {@code CreateMessageResult} or {@code ListRootsResult}, or whatever it sent instead
     * @return of the kind that belongs to the request
     * @throws InputRefusedException it is none, or does not fit what was asked; the text says why and may be shown to the client
     */
    static InputResponse read(InputRequest request, RawJson result) throws InputRefusedException {
        throw new IllegalStateException("not yet");
    }
}
