package dev.portcullis.endpoint.mcp;

import dev.portcullis.http.Endpoint;
import dev.portcullis.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where MCP is served (H-1, H-150). */
public final class McpRoutes {
    /** Bytes of a message unless set otherwise (T-6). */
    public static final int BODY_BYTES_MAX = 4 * 1024 * 1024;

    static final String MCP = "/mcp";
    static final String SSE = "/sse";
    static final String MESSAGES = "/messages";

    private McpRoutes() {}

    /**
     * @param access {@link Route.Access#OPEN} only with {@code AUTH=off}
     * @param bodyBytesMax bytes of a message, usually {@link #BODY_BYTES_MAX}; more is 413
     * @return the routes of Streamable HTTP, of HTTP+SSE's stream, and of what is posted to it
     */
    public static List<Route> of(McpEndpoint endpoint, Route.Access access, int bodyBytesMax) {
        var legacy = endpoint.legacySse();
        return List.of(
                route("mcp", MCP, access, bodyBytesMax, endpoint, HttpMethod.POST, HttpMethod.GET, HttpMethod.DELETE),
                route("sse", SSE, access, bodyBytesMax, new LegacySseEndpoint(legacy), HttpMethod.GET),
                route("messages", MESSAGES, access, bodyBytesMax, new LegacyMessagesEndpoint(legacy), HttpMethod.POST));
    }

    private static Route route(
            String name, String path, Route.Access access, int bodyBytesMax, Endpoint endpoint, HttpMethod... methods) {
        return new Route(name, path, List.of(methods), access, Route.Cors.ALLOWED, bodyBytesMax, endpoint);
    }

    /**
     * The resource that each path belongs to (O-11). What is posted to a stream belongs to the stream's: a client compares the resource it is sent to with the URL it was given.
     *
     * @return path → exact resource; the first is the default
     */
    public static Map<String, String> resources(URI publicUrl) {
        var resources = new LinkedHashMap<String, String>();
        resources.put(MCP, publicUrl + MCP);
        resources.put(SSE, publicUrl + SSE);
        resources.put(MESSAGES, publicUrl + SSE);
        return resources;
    }
}
