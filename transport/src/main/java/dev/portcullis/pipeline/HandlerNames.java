package dev.portcullis.pipeline;

import java.util.List;

/** Names of handlers in a pipeline: what logs and tests call them. */
final class HandlerNames {
    static final String CONNECTION_LIMIT = "connection-limit";
    static final String HTTP1_CODEC = "http1-codec";
    static final String FRAMING_GUARD = "framing-guard";
    static final String KEEP_ALIVE = "keep-alive";
    static final String IDLE = "idle";
    static final String TELEMETRY = "telemetry";
    static final String DEADLINE = "deadline";
    static final String GATE = "gate";
    static final String BODY = "body";
    static final String ENDPOINT = "endpoint";
    static final String ERROR = "error";
    static final String LINGER = "linger";
    static final String STREAM = "stream";

    /** In order: what answers requests of a connection by HTTP/1.1. */
    static final List<String> OF_REQUESTS =
            List.of(HTTP1_CODEC, FRAMING_GUARD, KEEP_ALIVE, IDLE, TELEMETRY, DEADLINE, GATE, BODY, ENDPOINT, ERROR);

    private HandlerNames() {}
}
