package dev.portcullis.endpoint.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.http.RequestHead;
import dev.portcullis.json.Json;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpError;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.McpMethod;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.revision.Revisions;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is noted of a head answers for that head alone, and never for what a body says. */
class HeadNoteTest {
    private static final Revisions REVISIONS = new Revisions(new ServerInfo("test", "Test", "1", null));

    private static RequestHead head(String... namesAndValues) {
        var headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        var head = new RequestHead(HttpMethod.POST, "/mcp", "", headers, InetAddress.getLoopbackAddress());
        head.note(new HeadNote(MediaTypes.STREAM));
        return head;
    }

    private static RequestParams params(String json) {
        return RequestParams.of(Json.parse(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static void assertMismatch(ThrowingCallable check) {
        assertThatThrownBy(check)
                .isInstanceOfSatisfying(
                        McpException.class,
                        refusal -> assertThat(refusal.error()).isEqualTo(McpError.HEADER_MISMATCH));
    }

    // H-50 to H-53, T-26: a second body on the same head is checked as the first was
    @Test
    void requireWhenTheHeadMatchedBeforeThenAnotherBodyIsRefusedAndTheSameTaken() throws McpException {
        var head = head(
                "mcp-protocol-version", "2026-07-28", "mcp-method", "tools/call", "mcp-name", "=?base64?em/Dqw==?=");
        for (int round = 0; round < 3; round++) {
            var check = new HeaderCheck(head);
            assertThatCode(() -> check.requireVersion("2026-07-28")).doesNotThrowAnyException();
            assertThatCode(() -> check.requireMethod("tools/call")).doesNotThrowAnyException();
            assertThatCode(() -> check.requireName(McpMethod.CALL_TOOL, params("{\"name\":\"zoë\"}")))
                    .doesNotThrowAnyException();
            assertMismatch(() -> check.requireVersion("2025-11-25"));
            assertMismatch(() -> check.requireMethod("tools/list"));
            assertMismatch(() -> check.requireName(McpMethod.CALL_TOOL, params("{\"name\":\"zoe\"}")));
            assertMismatch(() -> check.requireName(McpMethod.CALL_TOOL, params("{}")));
        }
    }

    // H-51
    @Test
    void requireWhenAHeaderIsRepeatedOrMissingThenIsRefusedEachTime() {
        var repeated = head("mcp-method", "tools/call", "mcp-method", "tools/call", "mcp-name", "a", "mcp-name", "a");
        var missing = head();
        for (int round = 0; round < 2; round++) {
            for (var head : new RequestHead[] {repeated, missing}) {
                assertMismatch(() -> new HeaderCheck(head).requireMethod("tools/call"));
                assertMismatch(
                        () -> new HeaderCheck(head).requireName(McpMethod.CALL_TOOL, params("{\"name\":\"a\"}")));
            }
        }
    }

    private static Era era(RequestHead head, String method, String params) throws McpException {
        var message = new JsonRpcMessage.Notification(method, Json.parse(params.getBytes(StandardCharsets.UTF_8)));
        return Era.of(Posted.of(message), head, REVISIONS);
    }

    // H-2, H-30, H-33: a message decides for itself, whatever the one before on the same head was
    @Test
    void eraWhenTheHeadBelongedToASessionThenAMessageThatNamesItsRevisionStillStandsAlone() throws McpException {
        var head = head("mcp-session-id", " abc ", "mcp-protocol-version", "2025-11-25");
        var stateless = "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}";
        for (int round = 0; round < 2; round++) {
            assertThat(era(head, "notifications/progress", "{}")).isEqualTo(new Era.InSession("abc", true));
            assertThat(era(head, "notifications/progress", stateless)).isInstanceOf(Era.Stateless.class);
        }
    }

    // H-33, H-108
    @Test
    void eraWhenTheVersionIsUnknownThenSaysSoEachTime() throws McpException {
        var head = head("mcp-session-id", "abc", "mcp-protocol-version", "1999-01-01");
        for (int round = 0; round < 2; round++) {
            assertThat(era(head, "notifications/progress", "{}")).isEqualTo(new Era.InSession("abc", false));
        }
    }
}
