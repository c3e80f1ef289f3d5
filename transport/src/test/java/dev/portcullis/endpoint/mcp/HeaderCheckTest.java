package dev.portcullis.endpoint.mcp;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.http.RequestHead;
import dev.portcullis.json.Json;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.codec.RequestParams;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code Mcp-Name} of every method there is, whether a server offers it or not (H §4.3). */
class HeaderCheckTest {
    private static RequestHead head(String... names) {
        var headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        for (String name : names) {
            headers.add(McpHeaders.NAME, name);
        }
        return new RequestHead(HttpMethod.POST, "/mcp", "", headers, InetAddress.getLoopbackAddress());
    }

    private static RequestParams params(String json) {
        return RequestParams.of(Json.parse(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static void assertMismatch(McpMethod method, String json, String... names) {
        assertThatThrownBy(() -> new HeaderCheck(head(names)).requireName(method, params(json)))
                .isInstanceOfSatisfying(
                        McpException.class,
                        refusal -> org.assertj.core.api.Assertions.assertThat(refusal.error())
                                .isEqualTo(McpError.HEADER_MISMATCH));
    }

    // H-50 to H-53
    @ParameterizedTest
    @EnumSource
    void requireNameWhenMethodHasOneThenMustMatch(McpMethod method) {
        String member = method.named();
        if (member == null) {
            assertThatCode(() -> new HeaderCheck(head("whatever")).requireName(method, params("{\"name\":\"x\"}")))
                    .doesNotThrowAnyException();
            return;
        }
        String json = "{\"" + member + "\":\"zoë\"}";
        assertThatCode(() -> new HeaderCheck(head(" =?base64?em/Dqw==?=\t")).requireName(method, params(json)))
                .doesNotThrowAnyException();
        assertThatCode(() -> new HeaderCheck(head("x")).requireName(method, params("{\"" + member + "\":\"x\"}")))
                .doesNotThrowAnyException();
        assertMismatch(method, json);
        assertMismatch(method, json, "zoë");
        assertMismatch(method, json, "zoe");
        assertMismatch(method, json, "=?base64?em/Dqw?="); // padding left out
        assertMismatch(method, json, "=?base64?em_Dqw==?=");
        assertMismatch(method, json, "=?base64?em/r?="); // not UTF-8
        assertMismatch(method, json, "=?base64?em/Dqw==?=", "=?base64?em/Dqw==?=");
        assertMismatch(method, "{\"" + member + "\":7}", "7");
        assertMismatch(method, "{}", "x");
        assertThatCode(() -> new HeaderCheck(head()).requireName(method, params("{}")))
                .doesNotThrowAnyException(); // nothing to repeat: what is missing is said later (H §4.2, step 12)
    }
}
