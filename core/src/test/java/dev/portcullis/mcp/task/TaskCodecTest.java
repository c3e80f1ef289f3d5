package dev.portcullis.mcp.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.json.Json;
import dev.portcullis.mcp.model.Annotations;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.FormField;
import dev.portcullis.mcp.model.Icon;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.model.Role;
import dev.portcullis.mcp.model.SamplingContent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever a task can hold comes back as it was, from any node. */
class TaskCodecTest {
    private static final Annotations NOTED = new Annotations(List.of(Role.USER), 0.5, "2026-01-01T00:00:00Z");
    private static final byte[] DATA = {0, -1, 127, -128};

    private static TaskState again(TaskState state) {
        return TaskCodec.readState(TaskCodec.Kind.of(state), TaskCodec.write(state));
    }

    /** Compared as text, since arrays are not equal to their copies. */
    private static void assertComesBack(InputRequest request) {
        var asking = new TaskState.Asking(Map.of("q", request), Map.of());
        var back = (TaskState.Asking) again(asking);
        assertThat(back.answers()).isEmpty();
        assertThat(back.requests().get("q"))
                .usingRecursiveComparison()
                .withStrictTypeChecking()
                .isEqualTo(request);
    }

    @Test
    void writeWhenFormHasEveryKindOfFieldThenComesBack() {
        var options = List.of(new FormField.Option("a", "A"), new FormField.Option("b", null));
        Map<String, FormField> fields = new LinkedHashMap<>();
        fields.put("z \"first\"\n", new FormField.Text("T", "D", 1, 2, "email", "ada@example.com"));
        fields.put("t", new FormField.Text(null, null, null, null, null, null));
        fields.put("n", new FormField.Numeric("N", "D", false, -1.5, 2e300, 0.1));
        fields.put("i", new FormField.Numeric(null, null, true, null, null, null));
        fields.put("b", new FormField.Bool("B", null, false));
        fields.put("u", new FormField.Bool(null, null, null));
        fields.put("c", new FormField.Choice("C", null, options, FormField.Titles.TITLED, "b"));
        fields.put("d", new FormField.Choice(null, null, options, FormField.Titles.NONE, null));
        fields.put("m", new FormField.MultiChoice("M", "D", options, FormField.Titles.ENUM_NAMES, 0, 2, List.of("a")));
        fields.put("o", new FormField.MultiChoice(null, null, options, FormField.Titles.NONE, null, null, List.of()));
        var form = new InputRequest.Form("Who? \uD83D\uDE00", fields, Set.of("t", "n"));
        assertComesBack(form);
        var back = (InputRequest.Form) ((TaskState.Asking) again(new TaskState.Asking(Map.of("q", form), Map.of())))
                .requests()
                .get("q");
        assertThat(back.fields().keySet()).containsExactlyElementsOf(fields.keySet());
    }

    @Test
    void writeWhenPageOrRootsThenComesBack() {
        assertComesBack(new InputRequest.Page("Pay", "https://pay.example/1"));
        assertComesBack(new InputRequest.Roots());
    }

    @Test
    void writeWhenSamplingHasEveryKindOfContentThenComesBack() {
        List<Content> results = List.of(
                new Content.Text("text"),
                new Content.Embedded(new ResourceContents.Text("file:///a", "text/plain", "hello"), NOTED),
                new Content.Embedded(new ResourceContents.Blob("file:///b", null, DATA)),
                new Content.ResourceLink(
                        "file:///c",
                        "c",
                        "C",
                        "a link",
                        "text/plain",
                        1L << 40,
                        List.of(new Icon("https://i.example/", "image/png", List.of("48x48"), "dark")),
                        NOTED),
                new Content.ResourceLink("file:///d", "d", null));
        var messages = List.of(
                new InputRequest.Message(
                        Role.USER,
                        List.of(
                                new Content.Text("Hi", new Annotations(List.of(), null, null)),
                                new Content.Image(DATA, "image/png", NOTED),
                                new Content.Audio(DATA, "audio/wav"))),
                new InputRequest.Message(Role.ASSISTANT, List.of(new SamplingContent.ToolUse("1", "add", "{\"a\":1}"))),
                new InputRequest.Message(
                        Role.USER,
                        List.of(
                                new SamplingContent.ToolResult("1", results, "{\"n\":1}", true),
                                new SamplingContent.ToolResult("2", List.of(), null, false))));
        assertComesBack(new InputRequest.Sampling(
                messages, 100, "be kind", 0.7, List.of("stop"), "{\"p\":1}", "[]", "{\"mode\":\"auto\"}"));
        assertComesBack(InputRequest.Sampling.of("Hi", 1));
    }

    @Test
    void writeWhenThereAreAnswersThenComeBack() {
        var asking = new TaskState.Asking(
                Map.of("a", new InputRequest.Roots(), "b", new InputRequest.Roots()),
                Map.of(
                        "a",
                        new TaskAnswer.Given(Json.parse("{\"message\":1,\"deep\":[[{}]]}")),
                        "b",
                        new TaskAnswer.Refused(-32_000, "no")));
        var back = (TaskState.Asking) again(asking);
        assertThat(back.open()).isEmpty();
        assertThat(back.answers().get("b")).isEqualTo(new TaskAnswer.Refused(-32_000, "no"));
        assertThat(((TaskAnswer.Given) back.answers().get("a")).result().text())
                .isEqualTo("{\"message\":1,\"deep\":[[{}]]}");
    }

    @Test
    void writeWhenTaskHasEndedThenComesBack() {
        var result = Json.parse("{\"content\":[],\"isError\":true}");
        var completed = (TaskState.Completed) again(new TaskState.Completed(result, true));
        assertThat(completed.isError()).isTrue();
        assertThat(completed.result().text()).isEqualTo(result.text());
        assertThat(((TaskState.Completed) again(new TaskState.Completed(result, false))).isError())
                .isFalse();
        assertThat(((TaskState.Failed) again(new TaskState.Failed(Json.parse("{\"code\":1}"))))
                        .error()
                        .text())
                .isEqualTo("{\"code\":1}");
        assertThat(again(new TaskState.Cancelled())).isEqualTo(new TaskState.Cancelled());
        assertThat(again(new TaskState.Working())).isEqualTo(new TaskState.Working());
    }

    @Test
    void writeWhenHeadThenComesBack() {
        var head = new TaskCodec.Head(
                new TaskOwner("https://i.example", "\"ada\"", "c", "SESSION/k"), "tool", 1_700_000_000_000L, 7, 8);
        assertThat(TaskCodec.readHead(TaskCodec.write(head))).isEqualTo(head);
    }
}
