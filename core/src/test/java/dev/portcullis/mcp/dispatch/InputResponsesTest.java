package dev.portcullis.mcp.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.json.Json;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.FormField;
import dev.portcullis.mcp.model.FormField.Option;
import dev.portcullis.mcp.model.FormField.Titles;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.model.InputResponse.Action;
import dev.portcullis.mcp.model.Role;
import dev.portcullis.mcp.model.Root;
import dev.portcullis.mcp.model.SamplingContent;
import dev.portcullis.mcp.registry.InputRefusedException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** H-192, H-194, H-195, T-35. */
class InputResponsesTest {
    private static final InputRequest.Sampling SAMPLING = InputRequest.Sampling.of("hi", 10);
    private static final InputRequest.Sampling WITH_TOOLS = new InputRequest.Sampling(
            SAMPLING.messages(),
            10,
            null,
            null,
            List.of(),
            null,
            "[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\"}}]",
            null);
    private static final List<Option> OPTIONS = List.of(new Option("a", null), new Option("b", "B"));

    private static InputResponse read(InputRequest request, String json) throws InputRefusedException {
        return InputResponses.read(request, Json.parse(json));
    }

    private static InputResponse.Elicited fill(FormField field, String value) throws InputRefusedException {
        var form = InputRequest.Form.of("m").require("f", field);
        return (InputResponse.Elicited) read(form, "{\"action\":\"accept\",\"content\":{\"f\":" + value + "}}");
    }

    private static void assertRefused(InputRequest request, String json, String problem) {
        assertThatThrownBy(() -> read(request, json))
                .isInstanceOf(InputRefusedException.class)
                .hasMessageStartingWith("The client's answer to " + InputRequests.method(request) + " is not one: ")
                .hasMessageContaining(problem)
                .extracting(e -> String.valueOf(e.getMessage()).length())
                .satisfies(length -> assertThat(length).isLessThan(400));
    }

    private static void assertUnfit(FormField field, String value, String problem) {
        var form = InputRequest.Form.of("m").require("f", field);
        assertRefused(form, "{\"action\":\"accept\",\"content\":{\"f\":" + value + "}}", problem);
    }

    private static FormField.Text text(Integer min, Integer max, String format) {
        return new FormField.Text(null, null, min, max, format, null);
    }

    @ParameterizedTest
    @CsvSource({"accept,ACCEPT", "decline,DECLINE", "cancel,CANCEL"})
    void readWhenFormHasNoFieldsThenTellsTheAction(String text, Action action) throws Exception {
        var elicited = (InputResponse.Elicited) read(InputRequest.Form.of("m"), "{\"action\":\"" + text + "\"}");
        assertThat(elicited.action()).isEqualTo(action);
        assertThat(elicited.content() == null).isEqualTo(action != Action.ACCEPT);
    }

    @Test
    void readWhenDeclinedThenContentIsNotLookedAt() throws Exception {
        var form = InputRequest.Form.of("m").requireText("name", null);
        var elicited = (InputResponse.Elicited) read(form, "{\"action\":\"decline\",\"content\":{\"other\":[1]}}");
        assertThat(elicited.content()).isNull();
        assertThat(elicited.accepted()).isFalse();
    }

    @Test
    void readWhenFormIsFilledInThenContentIsReadable() throws Exception {
        var form = InputRequest.Form.of("m")
                .requireText("name", null)
                .allow("age", new FormField.Numeric(null, null, true, 0.0, 150.0, null))
                .allow("absent", text(null, null, null));
        var elicited = (InputResponse.Elicited)
                read(form, "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\",\"age\":36},\"_meta\":{}}");
        var content = Objects.requireNonNull(elicited.content());
        assertThat(content.string("name")).isEqualTo("Ada");
        assertThat(content.integer("age", 0)).isEqualTo(36);
        assertThat(content.has("absent")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "\"accept\"",
                "null",
                "12345",
                "{}",
                "{\"action\":null}",
                "{\"action\":1}",
                "{\"action\":\"ACCEPT\"}",
                "{\"action\":\"\"}",
                "{\"action\":\"accept\"}",
                "{\"action\":\"accept\",\"content\":null}",
                "{\"action\":\"accept\",\"content\":[]}",
                "{\"action\":\"accept\",\"content\":{}}",
                "{\"action\":\"accept\",\"content\":{\"name\":null}}",
                "{\"action\":\"accept\",\"content\":{\"name\":1}}",
                "{\"action\":\"accept\",\"content\":{\"name\":{\"x\":1}}}",
                "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\",\"admin\":true}}",
                "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\",\"__proto__\":{}}}",
                "{\"role\":\"assistant\",\"content\":{\"type\":\"text\",\"text\":\"x\"},\"model\":\"m\"}",
                "{\"roots\":[]}",
            })
    void readWhenFormIsNotFilledInThenRefuses(String json) {
        assertRefused(InputRequest.Form.of("m").requireText("name", null), json, "");
    }

    @Test
    void readWhenFieldNameIsHostileThenTextIsShortAndPlain() {
        String name = "\\u0007\\u202e" + "y".repeat(900);
        assertRefused(
                InputRequest.Form.of("m"),
                "{\"action\":\"accept\",\"content\":{\"" + name + "\":1}}",
                "there is no field ??yyy");
    }

    @Test
    void readWhenFormIsHugeThenRefuses() {
        String json = "{\"action\":\"accept\",\"content\":{\"f\":\"" + "x".repeat(FormAnswer.BYTES_MAX) + "\"}}";
        assertRefused(InputRequest.Form.of("m").require("f", text(null, null, null)), json, "bytes long");
    }

    @Test
    void readWhenTextHasLengthsThenCountsCodePoints() throws Exception {
        var field = text(2, 3, null);
        assertThat(fill(field, "\"\\ud83d\\ude00\\ud83d\\ude00\\ud83d\\ude00\"").accepted())
                .isTrue();
        assertUnfit(field, "\"\\ud83d\\ude00\"", "f must be at least 2 characters long");
        assertUnfit(field, "\"abcd\"", "f must be at most 3 characters long");
        assertUnfit(field, "7", "f must be a string");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "email|a@b.example",
                "email|first.last+tag@mail.example",
                "email|ü@bücher.example",
                "email|root@localhost",
                "uri|https://a.example/b?c#d",
                "uri|urn:isbn:0451450523",
                "uri|mailto:a@b.example",
                "date|2026-02-28",
                "date|2024-02-29",
                "date-time|2026-07-28T10:00:00Z",
                "date-time|2026-07-28T10:00:00.123456+05:30",
                "date-time|2026-07-28t10:00:00z",
            })
    void readWhenTextIsOfItsFormatThenTakesIt(String format, String value) throws Exception {
        assertThat(fill(text(null, null, format), "\"" + value + "\"").accepted())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "email|''",
                "email|a",
                "email|@b.example",
                "email|a@",
                "email|a@b@c.example",
                "email|a b@c.example",
                "email|a@b..example",
                "email|a@.example",
                "email|a@b.example.",
                "email|<a@b.example>",
                "email|a@b.example\\r\\nBcc: c@d.example",
                "uri|''",
                "uri|/relative",
                "uri|https://a b.example",
                "uri|://x",
                "date|''",
                "date|2026-02-30",
                "date|2026-2-3",
                "date|28.02.2026",
                "date|2026-02-28T00:00:00Z",
                "date|-026-02-28",
                "date-time|''",
                "date-time|2026-07-28",
                "date-time|2026-07-28T10:00:00",
                "date-time|2026-07-28T10:00Z",
                "date-time|2026-07-28T25:00:00Z",
                "date-time|2026-07-28T10:00:00Z[Europe/Berlin]",
                "date-time|+12026-07-28T10:00:00Z",
            })
    void readWhenTextIsNotOfItsFormatThenRefuses(String format, String value) {
        assertUnfit(text(null, null, format), "\"" + value + "\"", "f must be of format " + format);
    }

    @Test
    void readWhenEmailIsTooLongThenRefuses() {
        assertUnfit(text(null, null, "email"), "\"" + "a".repeat(250) + "@b.example\"", "format email");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "10", "4.0", "1e1", "-0"})
    void readWhenIntegerFitsThenTakesIt(String value) throws Exception {
        var field = new FormField.Numeric(null, null, true, 0.0, 10.0, null);
        assertThat(fill(field, value).accepted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "11", "4.5", "\"4\"", "true", "null", "1e400", "[4]"})
    void readWhenIntegerDoesNotFitThenRefuses(String value) {
        assertUnfit(new FormField.Numeric(null, null, true, 0.0, 10.0, null), value, "f must be");
    }

    @Test
    void readWhenNumberIsNotFiniteThenRefuses() throws Exception {
        var field = new FormField.Numeric(null, null, false, null, null, null);
        assertThat(fill(field, "95.5").accepted()).isTrue();
        assertUnfit(field, "1e999", "f must be a number that a double can hold");
    }

    @Test
    void readWhenBooleanThenNothingElse() throws Exception {
        var field = new FormField.Bool(null, null, null);
        assertThat(fill(field, "false").accepted()).isTrue();
        for (String value : List.of("0", "\"true\"", "null", "{}")) {
            assertUnfit(field, value, "f must be true or false");
        }
    }

    @Test
    void readWhenChoiceThenOneOfItsValues() throws Exception {
        var field = new FormField.Choice(null, null, OPTIONS, Titles.TITLED, null);
        assertThat(fill(field, "\"\\u0062\"").accepted()).isTrue();
        for (String value : List.of("\"B\"", "\"c\"", "1", "null", "[\"a\"]")) {
            assertUnfit(field, value, "f must be one of the options");
        }
    }

    @Test
    void readWhenMultiChoiceThenSomeOfItsValues() throws Exception {
        var field = new FormField.MultiChoice(null, null, OPTIONS, Titles.NONE, 1, 1, List.of());
        assertThat(fill(field, "[\"a\"]").accepted()).isTrue();
        assertUnfit(field, "[]", "f must hold at least 1");
        assertUnfit(field, "[\"a\",\"b\"]", "f must hold at most 1");
        assertUnfit(field, "[\"a\",\"a\"]", "f must hold each option once at most");
        assertUnfit(field, "[\"a\",7]", "f must hold nothing but options");
        assertUnfit(field, "\"a\"", "f must be an array");
    }

    @Test
    void readWhenPageIsAcceptedThenThereIsNoContent() throws Exception {
        var page = new InputRequest.Page("m", "https://a.example/");
        assertThat(read(page, "{\"action\":\"accept\",\"content\":{\"token\":\"x\"}}"))
                .isEqualTo(new InputResponse.Elicited(Action.ACCEPT, null));
    }

    @Test
    void readWhenModelSpokeThenAllOfItIsThere() throws Exception {
        var sampled = (InputResponse.Sampled) read(SAMPLING, """
                {"role":"assistant","model":"m-1","stopReason":"endTurn","content":[
                 {"type":"text","text":"a"},{"type":"image","data":"AQID","mimeType":"image/png"},
                 {"type":"audio","data":"BA==","mimeType":"audio/wav"},{"type":"text","text":"b"}]}""");
        assertThat(sampled.role()).isEqualTo(Role.ASSISTANT);
        assertThat(sampled.model()).isEqualTo("m-1");
        assertThat(sampled.stopReason()).isEqualTo("endTurn");
        assertThat(sampled.text()).isEqualTo("ab");
        assertThat(((Content.Image) sampled.content().get(1)).data()).containsExactly(1, 2, 3);
    }

    @Test
    void readWhenModelWantsAToolThenOnlyIfThereAreAny() throws Exception {
        String json = "{\"role\":\"assistant\",\"model\":\"m\",\"stopReason\":\"toolUse\",\"content\":"
                + "{\"type\":\"tool_use\",\"id\":\"1\",\"name\":\"t\",\"input\":{\"q\":[1]}}}";
        var sampled = (InputResponse.Sampled) read(WITH_TOOLS, json);
        assertThat(sampled.content()).containsExactly(new SamplingContent.ToolUse("1", "t", "{\"q\":[1]}"));
        assertRefused(SAMPLING, json, "there is no tool to use");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"role\":\"system\",\"model\":\"m\",\"content\":{\"type\":\"text\",\"text\":\"x\"}}",
                "{\"model\":\"m\",\"content\":{\"type\":\"text\",\"text\":\"x\"}}",
                "{\"role\":\"assistant\",\"content\":{\"type\":\"text\",\"text\":\"x\"}}",
                "{\"role\":\"assistant\",\"model\":1,\"content\":{\"type\":\"text\",\"text\":\"x\"}}",
                "{\"role\":\"assistant\",\"model\":\"m\"}",
                "{\"role\":\"assistant\",\"model\":\"m\",\"content\":\"x\"}",
                "{\"role\":\"assistant\",\"model\":\"m\",\"content\":[\"x\"]}",
                "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"text\"}}",
                "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"video\",\"data\":\"AQID\"}}",
                "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"tool_result\",\"toolUseId\":\"1\",\"content\":[]}}",
                "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"tool_use\",\"id\":\"1\",\"name\":\"t\",\"input\":[]}}",
                "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"image\",\"data\":\"?\",\"mimeType\":\"image/png\"}}",
                "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"image\",\"data\":\"AQID\"}}",
                "{\"role\":\"assistant\",\"model\":\"m\",\"stopReason\":7,\"content\":{\"type\":\"text\",\"text\":\"x\"}}",
                "{\"action\":\"accept\"}",
                "{\"roots\":[]}",
            })
    void readWhenModelDidNotSpeakThenRefuses(String json) {
        assertRefused(WITH_TOOLS, json, "");
    }

    @Test
    void readWhenModelNameIsHugeThenRefuses() {
        String json = "{\"role\":\"assistant\",\"model\":\"" + "m".repeat(300)
                + "\",\"content\":{\"type\":\"text\",\"text\":\"x\"}}";
        assertRefused(SAMPLING, json, "model must be at most 256 characters long");
    }

    @Test
    void readWhenRootsThenFilesAlone() throws Exception {
        var roots = (InputResponse.RootList) read(
                new InputRequest.Roots(),
                "{\"roots\":[{\"uri\":\"file:///home/ada\",\"name\":\"home\"},{\"uri\":\"FILE:///c:/x%20y\"}]}");
        assertThat(roots.roots())
                .containsExactly(new Root("file:///home/ada", "home"), new Root("FILE:///c:/x%20y", null));
        assertThat(((InputResponse.RootList) read(new InputRequest.Roots(), "{\"roots\":[]}")).roots())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"roots\":null}",
                "{\"roots\":{}}",
                "{\"roots\":[1]}",
                "{\"roots\":[{}]}",
                "{\"roots\":[{\"uri\":7}]}",
                "{\"roots\":[{\"uri\":\"https://a.example/\"}]}",
                "{\"roots\":[{\"uri\":\"file:/a\"}]}",
                "{\"roots\":[{\"uri\":\"file:///a b\"}]}",
                "{\"roots\":[{\"uri\":\"file://\"}]}",
                "{\"roots\":[{\"uri\":\"file:///a\",\"name\":7}]}",
            })
    void readWhenRootsAreNoneThenRefuses(String json) {
        assertRefused(new InputRequest.Roots(), json, "");
    }

    @Test
    void readWhenThereAreTooManyRootsThenRefuses() {
        String roots = IntStream.rangeClosed(0, InputResponses.ROOTS_MAX)
                .mapToObj(i -> "{\"uri\":\"file:///" + i + "\"}")
                .collect(Collectors.joining(","));
        assertRefused(new InputRequest.Roots(), "{\"roots\":[" + roots + "]}", "more than 1000 roots");
    }

    @Test
    void canAnswerWhenCapabilityIsThereThenOnlyThat() {
        var form = InputRequest.Form.of("m");
        var page = new InputRequest.Page("m", "https://a.example/");
        List<InputRequest> all = List.of(form, page, SAMPLING, WITH_TOOLS, new InputRequest.Roots());
        Map<String, Set<InputRequest>> expected = Map.of(
                "{\"elicitation\":{}}", Set.of(form),
                "{\"elicitation\":{\"form\":{}}}", Set.of(form),
                "{\"elicitation\":{\"url\":{}}}", Set.of(page),
                "{\"sampling\":{}}", Set.of(SAMPLING),
                "{\"sampling\":{\"tools\":{}}}", Set.of(SAMPLING, WITH_TOOLS),
                "{\"roots\":{}}", Set.of(new InputRequest.Roots()),
                "{}", Set.of());
        expected.forEach((client, answered) -> assertThat(all)
                .as(client)
                .filteredOn(request -> InputRequests.canAnswer(AskFixture.capabilities(client), request))
                .containsExactlyInAnyOrderElementsOf(answered));
    }
}
