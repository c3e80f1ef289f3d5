package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testing.EchoEndpoint;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RefusalsTest {
    /** H-10, H-20: MCP clients read JSON-RPC, whether tokens are on or off. */
    @ParameterizedTest
    @EnumSource(Route.Access.class)
    void replyWhenRouteIsForAllowedOriginsThenJsonRpc(Route.Access access) {
        assertThat(bodyFor(access, Route.Cors.ALLOWED))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"No\"}}");
    }

    @ParameterizedTest
    @EnumSource(Route.Access.class)
    void replyWhenRouteIsForAnyOriginThenOAuth(Route.Access access) { // O-7
        assertThat(bodyFor(access, Route.Cors.ANY))
                .isEqualTo("{\"error\":\"invalid_request\",\"error_description\":\"No\"}");
    }

    @ParameterizedTest
    @EnumSource(Route.Access.class)
    void replyWhenRouteIsForPeopleThenText(Route.Access access) {
        assertThat(bodyFor(access, Route.Cors.NONE)).isEqualTo("No\n");
    }

    private static String bodyFor(Route.Access access, Route.Cors cors) {
        Route route = EchoEndpoint.route("r", "/r", access, cors, 0, new EchoEndpoint());
        return Refusals.reply(HttpResponseStatus.FORBIDDEN, route, "No").body().toString(StandardCharsets.UTF_8);
    }
}
