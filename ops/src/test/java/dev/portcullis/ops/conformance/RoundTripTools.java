package dev.portcullis.ops.conformance;

import dev.portcullis.mcp.model.FormField;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputRequest.Form;
import dev.portcullis.mcp.model.InputRequest.Sampling;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.model.Root;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tools that need several requests of a client that keeps no session; all of them are the plain questions that they look like. */
final class RoundTripTools {
    private static final String PREFIX = "test_input_required_result_";
    private static final Form NAME = Form.of("What is your name?").require("name", text());

    private RoundTripTools() {}

    static List<ToolHandler> all() {
        return List.of(
                tool("elicitation", "Asks for a name", call -> {
                    var answer = call.elicit("user_name", NAME);
                    return ToolResult.text("Hello, " + field(answer, "name") + "!");
                }),
                tool("sampling", "Asks the client's model", call -> {
                    var sampled = call.sample("capital_question", Sampling.of("What is the capital of France?", 100));
                    return ToolResult.text(sampled.text());
                }),
                tool("list_roots", "Asks for roots", call -> ToolResult.text("Roots: " + uris(call.roots()))),
                confirming("request_state", "Keeps state with the client", "state-ok"),
                confirming("tampered_state", "Notices state that was changed", "integrity-ok"),
                tool("multiple_inputs", "Asks for three things at once", RoundTripTools::askAll),
                tool("multi_round", "Asks for one thing after the other", RoundTripTools::askTwice),
                tool("capabilities", "Asks only what the client can do", RoundTripTools::askWhatIsPossible));
    }

    private static FixtureTool tool(String name, String description, FixtureTool.Work work) {
        return FixtureTool.of(PREFIX + name, description, work);
    }

    private static FixtureTool confirming(String name, String description, String result) {
        var form = Form.of("Please confirm").require("ok", new FormField.Bool(null, null, null));
        return tool(name, description, call -> {
            call.elicit("confirm", form);
            return ToolResult.text(result);
        });
    }

    private static ToolResult askAll(ToolCall call) throws Exception {
        var requests = new LinkedHashMap<String, InputRequest>();
        requests.put("user_name", NAME);
        requests.put("greeting", Sampling.of("Generate a greeting", 50));
        requests.put("client_roots", new InputRequest.Roots());
        var answers = call.ask(requests);
        return ToolResult.text("Answered: " + String.join(", ", requests.keySet()) + " (" + answers.size() + ")");
    }

    private static ToolResult askTwice(ToolCall call) throws Exception {
        var name = call.elicit("step1", Form.of("Step 1: What is your name?").require("name", text()));
        var color = call.elicit(
                "step2", Form.of("Step 2: What is your favorite color?").require("color", text()));
        return ToolResult.text(field(name, "name") + " likes " + field(color, "color") + ".");
    }

    private static ToolResult askWhatIsPossible(ToolCall call) throws Exception {
        var requests = new LinkedHashMap<String, InputRequest>();
        if (call.client().elicitationForm()) {
            requests.put("elicit_input", NAME);
        }
        if (call.client().sampling()) {
            requests.put("sample_input", Sampling.of("Say something.", 50));
        }
        Map<String, InputResponse> answers = requests.isEmpty() ? Map.of() : call.ask(requests);
        return ToolResult.text("Answers: " + answers.size());
    }

    private static FormField text() {
        return new FormField.Text(null, null, null, null, null, null);
    }

    private static String field(InputResponse.Elicited answer, String name) {
        var content = answer.content();
        return content == null ? "nobody" : content.string(name);
    }

    private static String uris(List<Root> roots) {
        return String.join(", ", roots.stream().map(Root::uri).toList());
    }
}
