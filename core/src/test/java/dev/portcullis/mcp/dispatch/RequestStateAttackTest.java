package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.dispatch.AskFixture.ALL;
import static dev.portcullis.mcp.dispatch.AskFixture.asked;
import static dev.portcullis.mcp.dispatch.AskFixture.state;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolResult;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** H-88, T-38: what a client does to the state it carries. Whatever it is, the answer is the same. */
class RequestStateAttackTest {
    private static final String REFUSED = "200 {\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32602,\"message\":"
            + "\"requestState is not of this request, or has expired; send the request without it\"}}";
    private static final String ARGUMENTS = "{\"file\":\"a.txt\",\"options\":{\"x\":1,\"y\":[true,null,\"\\u00e9\"]}}";
    private static final InputRequest.Form SURE = InputRequest.Form.of("Sure?").requireBool("sure", null);
    private static final String YES = "{\"action\":\"accept\",\"content\":{\"sure\":true}}";

    /** Asks twice, so that its second state holds an answer. */
    private static TestTool deleting(String name) {
        var definition = ToolDefinition.of(name, "Deletes", "{\"type\":\"object\"}");
        return new TestTool(definition, call -> {
            call.elicit("first", SURE);
            call.elicit("second", SURE);
            return ToolResult.text("deleted " + call.arguments().string("file"));
        });
    }

    private final AskFixture fixture = new AskFixture(deleting("delete"), deleting("remove"));

    private static String params(String tool, String arguments, String state) {
        return "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + ",\"inputResponses\":{\"second\":" + YES
                + "},\"requestState\":" + state + "}";
    }

    private String call(Principal who, String params) throws Exception {
        return fixture.call(who, ALL, "tools/call", params);
    }

    /** @return a state that knows the first answer */
    private String secondState() throws Exception {
        String first = call(ADA, "{\"name\":\"delete\",\"arguments\":" + ARGUMENTS + "}");
        String second = call(
                ADA,
                "{\"name\":\"delete\",\"arguments\":" + ARGUMENTS + ",\"inputResponses\":{\"first\":" + YES
                        + "},\"requestState\":\"" + state(first) + "\"}");
        assertThat(asked(second)).containsOnlyKeys("second");
        return state(second);
    }

    private static String quoted(String state) {
        return "\"" + state + "\"";
    }

    private void assertRefused(String state) throws Exception {
        assertThat(call(ADA, params("delete", ARGUMENTS, state))).isEqualTo(REFUSED);
    }

    private void assertTaken(String params) throws Exception {
        assertThat(call(ADA, params)).contains("deleted a.txt");
    }

    @Test
    void stateWhenUntouchedThenIsTaken() throws Exception {
        String state = secondState();
        assertTaken(params("delete", ARGUMENTS, quoted(state)));
        assertTaken(params("delete", ARGUMENTS, quoted(state))); // and again: once only where the call says so
    }

    @Test
    void stateWhenAnyBitIsFlippedThenIsRefused() throws Exception {
        byte[] sealed = Objects.requireNonNull(Base64Url.decode(secondState(), 10_000));
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] flipped = sealed.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused(quoted(Base64Url.encode(flipped)));
        }
    }

    @Test
    void stateWhenAnyCharacterIsChangedOrMissingThenIsRefused() throws Exception {
        String state = secondState();
        var random = new Random(38);
        for (int i = 0; i < state.length(); i++) {
            char other = "ABab01-_+/=. ".charAt(random.nextInt(13));
            if (other != state.charAt(i)) {
                assertRefused(quoted(state.substring(0, i) + other + state.substring(i + 1)));
            }
            assertRefused(quoted(state.substring(0, i)));
            assertRefused(quoted(state.substring(i + 1)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "7",
                "true",
                "[]",
                "{}",
                "\"\"",
                "\" \"",
                "\"AA\"",
                "\"\\u0000\"",
                "\"\\ud83d\\ude00\"",
                "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""
            })
    void stateWhenNoneOfOursThenIsRefused(String state) throws Exception {
        assertRefused(state);
    }

    @Test
    void stateWhenSomethingIsAddedThenIsRefused() throws Exception {
        String state = secondState();
        for (String added : List.of("-TAMPERED", "A", "=", "==", ".", " ", "\\n")) {
            assertRefused(quoted(state + added));
            assertRefused(quoted(added + state));
        }
    }

    @Test
    void stateWhenHugeThenIsRefused() throws Exception {
        assertRefused(quoted("A".repeat(1 << 20)));
        assertRefused(quoted(secondState() + "A".repeat(1 << 20)));
    }

    private static Principal person(String issuer, String subject, String client) {
        return new Principal(
                new Identity(issuer, subject, subject + "@example.com", subject, List.of()),
                client,
                "grant",
                Scopes.NONE);
    }

    @Test
    void stateWhenOfAnotherPersonOrClientThenIsRefused() throws Exception {
        String params = params("delete", ARGUMENTS, quoted(secondState()));
        assertThat(call(BOB, params)).isEqualTo(REFUSED);
        assertThat(call(Principal.ANONYMOUS, params)).isEqualTo(REFUSED);
        assertThat(call(person("https://issuer.example", "ada", "client-2"), params))
                .isEqualTo(REFUSED);
        assertThat(call(person("https://other.example", "ada", "client-1"), params))
                .isEqualTo(REFUSED);
        assertThat(call(person("https://issuer.example", "ad", "aclient-1"), params))
                .isEqualTo(REFUSED);
        // the same person and client under a new grant: a token that was refreshed
        var refreshed = new Principal(ADA.identity(), ADA.clientId(), "grant-2", Scopes.of("x"));
        assertThat(call(refreshed, params)).contains("deleted a.txt");
    }

    @Test
    void stateWhenOfAnotherToolThenIsRefused() throws Exception {
        assertThat(call(ADA, params("remove", ARGUMENTS, quoted(secondState()))))
                .isEqualTo(REFUSED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"file\":\"b.txt\",\"options\":{\"x\":1,\"y\":[true,null,\"\\u00e9\"]}}",
                "{\"file\":\"a.txt\",\"options\":{\"x\":2,\"y\":[true,null,\"\\u00e9\"]}}",
                "{\"file\":\"a.txt\",\"options\":{\"x\":\"1\",\"y\":[true,null,\"\\u00e9\"]}}",
                "{\"file\":\"a.txt\",\"options\":{\"x\":1,\"y\":[null,true,\"\\u00e9\"]}}",
                "{\"file\":\"a.txt\",\"options\":{\"x\":1,\"y\":[true,null,\"e\"]}}",
                "{\"file\":\"a.txt\",\"options\":{\"x\":1,\"y\":[true,null,\"\\u00e9\",[]]}}",
                "{\"file\":\"a.txt\",\"options\":{\"x\":1,\"y\":[true,null,\"\\u00e9\"]},\"force\":true}",
                "{\"file\":\"a.txt\",\"x\":1,\"y\":[true,null,\"\\u00e9\"],\"options\":{}}",
                "{\"file\":\"a.txt\",\"options\":{}}",
                "{\"file\":\"a.txt\"}",
            })
    void stateWhenArgumentsDifferThenIsRefused(String arguments) throws Exception {
        assertThat(call(ADA, params("delete", arguments, quoted(secondState()))))
                .isEqualTo(REFUSED);
    }

    @Test
    void stateWhenOtherParamsDifferThenIsRefused() throws Exception {
        String params = params("delete", ARGUMENTS, quoted(secondState()));
        assertThat(call(ADA, "{\"task\":{}," + params.substring(1))).isEqualTo(REFUSED);
    }

    /** A client may write its request anew, and in its {@code _meta} say what it will. */
    @Test
    void stateWhenRequestIsWrittenOtherwiseThenIsTaken() throws Exception {
        String state = secondState();
        assertTaken(
                "{ \"requestState\" : \"" + state.replaceFirst("^.", "\\\\u00" + Integer.toHexString(state.charAt(0)))
                        + "\",\n\"_meta\":{\"progressToken\":\"new\"},\"inputResponses\":{\"second\":" + YES + "},"
                        + "\"arguments\":{\"options\":{\"y\":[ true,null,\"é\" ],\"x\":1},\"\\u0066ile\":\"a.tx\\u0074\"},"
                        + "\"name\":\"delete\"}");
    }

    @Test
    void stateWhenExpiredThenIsRefused() throws Exception {
        String state = secondState();
        fixture.nowMillis.addAndGet(AskLimits.DEFAULT.stateSeconds() * 1_000L - 1);
        assertTaken(params("delete", ARGUMENTS, quoted(state)));
        fixture.nowMillis.addAndGet(1_000);
        assertRefused(quoted(state));
    }

    @Test
    void stateWhenOfTheFutureThenIsRefused() throws Exception {
        String state = secondState();
        fixture.nowMillis.addAndGet(-59_000); // another process, whose clock is behind
        assertTaken(params("delete", ARGUMENTS, quoted(state)));
        fixture.nowMillis.addAndGet(-60_000);
        assertRefused(quoted(state));
    }

    @Test
    void stateWhenOfAnotherProcessThenIsTakenIfItHasTheSameKey() throws Exception {
        String params = params("delete", ARGUMENTS, quoted(secondState()));
        var catalog = Catalog.of(deleting("delete"));
        var key = new MasterKey("0123456789abcdef0123456789abcdef");
        try (var same = new AskFixture(key, AskLimits.DEFAULT, catalog);
                var other =
                        new AskFixture(new MasterKey("fedcba9876543210fedcba9876543210"), AskLimits.DEFAULT, catalog)) {
            assertThat(same.call(ADA, ALL, "tools/call", params)).contains("deleted a.txt");
            assertThat(other.call(ADA, ALL, "tools/call", params)).isEqualTo(REFUSED);
        }
    }

    @Test
    void stateWhenSealedTwiceThenTellsNothing() throws Exception {
        assertThat(secondState()).isNotEqualTo(secondState()).hasSameSizeAs(secondState());
        byte[] sealed = Objects.requireNonNull(Base64Url.decode(secondState(), 10_000));
        assertThat(new String(sealed, java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("sure", "accept");
    }
}
