package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;

/** Where MCP is served (H-1). */
public final class McpRoutes {
    /** Bytes of a message unless set otherwise (T-6). */
    public static final int BODY_BYTES_MAX = 4 * 1024 * 1024;

    private McpRoutes() {}

    /**
     * @param access {@link Route.Access#OPEN} only with {@code AUTH=off}
     * @param bodyBytesMax bytes of a message, usually {@link #BODY_BYTES_MAX}; more is 413
     */
    public static List<Route> of(McpEndpoint endpoint, Route.Access access, int bodyBytesMax) {
        return List.of(new Route(
                "mcp",
                "/mcp",
                List.of(HttpMethod.POST, HttpMethod.GET, HttpMethod.DELETE),
                access,
                Route.Cors.ALLOWED,
                bodyBytesMax,
                endpoint));
    }
}
