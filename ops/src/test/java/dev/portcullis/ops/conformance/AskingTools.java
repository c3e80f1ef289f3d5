package dev.portcullis.ops.conformance;

import dev.portcullis.mcp.model.FormField;
import dev.portcullis.mcp.model.FormField.Option;
import dev.portcullis.mcp.model.FormField.Titles;
import dev.portcullis.mcp.model.InputRequest.Form;
import dev.portcullis.mcp.model.InputRequest.Sampling;
import dev.portcullis.mcp.model.InputResponse.Elicited;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import java.util.List;

/** Tools that ask the client while they run. */
final class AskingTools {
    private AskingTools() {}

    static List<ToolHandler> all() {
        return List.of(
                FixtureTool.of("test_sampling", "Asks the client's model", requiring("prompt"), AskingTools::sample),
                FixtureTool.of("test_elicitation", "Asks for name and address", requiring("message"), call -> {
                    var form = Form.of(call.arguments().string("message"))
                            .requireText("username", "User's response")
                            .requireText("email", "User's email address");
                    return told("User response", call.elicit("user", form));
                }),
                eliciting("test_elicitation_sep1034_defaults", "Asks by a form with defaults", formWithDefaults()),
                eliciting("test_elicitation_sep1330_enums", "Asks by a form with choices", formWithChoices()),
                FixtureTool.of(
                        "test_streaming_elicitation",
                        "Asks on whatever wire",
                        call -> told(
                                "User response",
                                call.elicit("user", Form.of("Who are you?").requireText("name", null)))),
                FixtureTool.of("test_missing_capability", "Needs a client that can sample", call -> {
                    if (!call.client().sampling()) {
                        call.sample("unavailable", Sampling.of("Anybody there?", 10)); // refused, and that is the point
                    }
                    return ToolResult.text("The client can sample.");
                }));
    }

    private static String requiring(String argument) {
        return """
                {"type":"object","properties":{"%1$s":{"type":"string"}},"required":["%1$s"]}""".formatted(argument);
    }

    private static ToolResult sample(ToolCall call) throws Exception {
        var sampled = call.sample("answer", Sampling.of(call.arguments().string("prompt"), 100));
        return ToolResult.text("LLM response: " + sampled.text());
    }

    private static FixtureTool eliciting(String name, String description, Form form) {
        return FixtureTool.of(name, description, call -> told("Elicitation completed", call.elicit("answers", form)));
    }

    private static ToolResult told(String what, Elicited answer) {
        var content = answer.content();
        return ToolResult.text(
                what + ": action=" + answer.action().text() + ", content=" + (content == null ? "{}" : content.json()));
    }

    private static Form formWithDefaults() {
        return Form.of("Please review and update the form fields with defaults")
                .allow("name", new FormField.Text(null, "User name", null, null, null, "John Doe"))
                .allow("age", new FormField.Numeric(null, "User age", true, null, null, 30.0))
                .allow("score", new FormField.Numeric(null, "User score", false, null, null, 95.5))
                .allow(
                        "status",
                        new FormField.Choice(
                                null, "User status", values("active", "inactive", "pending"), Titles.NONE, "active"))
                .allow("verified", new FormField.Bool(null, "Verification status", true));
    }

    private static Form formWithChoices() {
        var plain = values("option1", "option2", "option3");
        var options = titled("value", "First Option", "Second Option", "Third Option");
        var legacy = titled("opt", "Option One", "Option Two", "Option Three");
        var choices = titled("value", "First Choice", "Second Choice", "Third Choice");
        return Form.of("Please select options from the enum fields")
                .allow("untitledSingle", new FormField.Choice(null, null, plain, Titles.NONE, null))
                .allow("titledSingle", new FormField.Choice(null, null, options, Titles.TITLED, null))
                .allow("legacyEnum", new FormField.Choice(null, null, legacy, Titles.ENUM_NAMES, null))
                .allow(
                        "untitledMulti",
                        new FormField.MultiChoice(null, null, plain, Titles.NONE, null, null, List.of()))
                .allow(
                        "titledMulti",
                        new FormField.MultiChoice(null, null, choices, Titles.TITLED, null, null, List.of()));
    }

    private static List<Option> values(String... values) {
        return List.of(values).stream().map(value -> new Option(value, null)).toList();
    }

    /** Values are the prefix and 1, 2, 3. */
    private static List<Option> titled(String prefix, String first, String second, String third) {
        return List.of(new Option(prefix + 1, first), new Option(prefix + 2, second), new Option(prefix + 3, third));
    }
}
