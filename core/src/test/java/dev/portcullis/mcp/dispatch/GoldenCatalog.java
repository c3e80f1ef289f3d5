package dev.portcullis.mcp.dispatch;

import dev.portcullis.mcp.model.Annotations;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.FormField;
import dev.portcullis.mcp.model.FormField.Option;
import dev.portcullis.mcp.model.FormField.Titles;
import dev.portcullis.mcp.model.Icon;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.model.PromptMessage;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.model.Role;
import dev.portcullis.mcp.model.SamplingContent;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.Completion;
import dev.portcullis.mcp.registry.CompletionCall;
import dev.portcullis.mcp.registry.PromptCall;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.PromptHandler;
import dev.portcullis.mcp.registry.PromptRegistry;
import dev.portcullis.mcp.registry.PromptResult;
import dev.portcullis.mcp.registry.ResourceCall;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ResourceHandler;
import dev.portcullis.mcp.registry.ResourceRegistry;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolDefinition.TaskSupport;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.mcp.registry.ToolResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Something of everything that authors can say, so that each revision has to decide about each of it. */
final class GoldenCatalog {
    private static final String ANY_ARGUMENTS = "{\"type\":\"object\"}";
    private static final Icon ICON =
            new Icon("https://portcullis.example/tool.svg", "image/svg+xml", List.of("any"), "light");
    private static final Annotations FOR_PEOPLE = new Annotations(List.of(Role.USER), 0.5, "2026-07-28T12:00:00Z");
    private static final byte[] BYTES = {1, 2, 3, 4};
    private static final Content.ResourceLink LINK = new Content.ResourceLink(
            "test://link", "link", "A link", "Where it leads", "text/plain", 17L, List.of(ICON), FOR_PEOPLE);
    private static final List<Option> OPTIONS = List.of(new Option("r", "Red"), new Option("g", "Green"));

    /** Questions by name: what the tools of {@link #asking} ask. */
    static final Map<String, InputRequest> QUESTIONS = questions();

    private GoldenCatalog() {}

    static Catalog catalog() {
        var tools = new ArrayList<TestTool>();
        tools.add(TestTool.add());
        tools.add(everything());
        tools.add(new TestTool(
                ToolDefinition.of("list", "Gives a list", ANY_ARGUMENTS).withOutputSchema("{\"type\":\"array\"}"),
                _ -> new ToolResult(List.of(), "[1,2]", false)));
        tools.add(TestTool.of("fails", _ -> ToolResult.error("The disk is full.")));
        tools.add(TestTool.of("tells", call -> {
            call.progress(1, 2, "half");
            call.log(LogLevel.WARNING, "disk", "{\"freeBytes\":0}");
            return ToolResult.text("told");
        }));
        return new Catalog(
                ToolRegistry.of(tools),
                PromptRegistry.of(List.of(new Hello(), new Review())),
                ResourceRegistry.of(List.of(new Page(), new Picture(), new Family())));
    }

    /** A tool for each question, of its name. */
    static Catalog asking() {
        return Catalog.of(QUESTIONS.entrySet().stream()
                .map(each -> TestTool.of(each.getKey(), call -> {
                    call.ask(Map.of("question", each.getValue()));
                    return ToolResult.text("answered");
                }))
                .toArray(TestTool[]::new));
    }

    private static TestTool everything() {
        return new TestTool(
                ToolDefinition.of("everything", "All kinds of content", ANY_ARGUMENTS)
                        .titled("Everything")
                        .annotated(new ToolDefinition.Annotations(true, false, null, false))
                        .withOutputSchema("{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}")
                        .withIcons(ICON)
                        .asTask(TaskSupport.OPTIONAL),
                _ -> new ToolResult(contents(), "{\"n\":1}", false));
    }

    private static List<Content> contents() {
        return List.of(
                new Content.Text("Grüße, \"<\n"),
                new Content.Text("for people", FOR_PEOPLE),
                new Content.Image(BYTES, "image/png", new Annotations(List.of(), 1.0, null)),
                new Content.Audio(BYTES, "audio/wav", FOR_PEOPLE),
                new Content.Embedded(new ResourceContents.Text("test://a", "text/plain", "text")),
                new Content.Embedded(new ResourceContents.Blob("test://b", null, BYTES), FOR_PEOPLE),
                LINK,
                new Content.ResourceLink("test://bare", "bare", null));
    }

    private static Map<String, InputRequest> questions() {
        var all = new LinkedHashMap<String, InputRequest>();
        all.put("form", form());
        all.put("multi", multi());
        all.put("page", new InputRequest.Page("Sign in there", "https://portcullis.example/sign-in", "page-1"));
        all.put("sampling", InputRequest.Sampling.of("What is the capital of France?", 100));
        all.put("conversation", conversation());
        all.put("tools", withTools());
        all.put("roots", new InputRequest.Roots());
        return all;
    }

    private static InputRequest.Form form() {
        return InputRequest.Form.of("Who are you?")
                .require("name", new FormField.Text("Name", "As in your passport", 1, 80, null, "John Doe"))
                .allow("email", new FormField.Text(null, null, null, null, "email", null))
                .allow("age", new FormField.Numeric(null, null, true, 0.0, 150.0, 30.0))
                .allow("score", new FormField.Numeric(null, null, false, null, null, 95.5))
                .require("verified", new FormField.Bool("Verified", null, true))
                .allow("plain", new FormField.Choice(null, null, OPTIONS, Titles.NONE, "r"))
                .allow("titled", new FormField.Choice(null, "A colour", OPTIONS, Titles.TITLED, "g"))
                .allow("named", new FormField.Choice(null, null, OPTIONS, Titles.ENUM_NAMES, null));
    }

    private static InputRequest.Form multi() {
        return InputRequest.Form.of("Which?")
                .allow("plain", new FormField.MultiChoice(null, null, OPTIONS, Titles.NONE, 1, 2, List.of("r")))
                .allow(
                        "titled",
                        new FormField.MultiChoice("Colours", null, OPTIONS, Titles.TITLED, null, null, List.of()));
    }

    private static InputRequest.Sampling conversation() {
        return new InputRequest.Sampling(
                List.of(
                        new InputRequest.Message(
                                Role.USER,
                                List.of(new Content.Text("What is this?"), new Content.Image(BYTES, "image/png"))),
                        new InputRequest.Message(Role.ASSISTANT, List.of(new Content.Text("A dot."))),
                        new InputRequest.Message(Role.USER, List.of(new Content.Audio(BYTES, "audio/wav")))),
                200,
                "Be brief.",
                0.2,
                List.of("END"),
                "{\"hints\":[{\"name\":\"small\"}],\"costPriority\":1}",
                null,
                null);
    }

    private static InputRequest.Sampling withTools() {
        return new InputRequest.Sampling(
                List.of(
                        new InputRequest.Message(Role.USER, List.of(new Content.Text("2+3?"))),
                        new InputRequest.Message(
                                Role.ASSISTANT,
                                List.of(new SamplingContent.ToolUse("use-1", "add", "{\"a\":2,\"b\":3}"))),
                        new InputRequest.Message(
                                Role.USER,
                                List.of(new SamplingContent.ToolResult(
                                        "use-1", List.of(new Content.Text("5")), "{\"sum\":5}", false)))),
                100,
                null,
                null,
                List.of(),
                null,
                "[{\"name\":\"add\",\"inputSchema\":{\"type\":\"object\"}}]",
                "{\"mode\":\"auto\"}");
    }

    /** A prompt with nothing but a name. */
    private record Hello() implements PromptHandler {
        @Override
        public PromptDefinition definition() {
            return new PromptDefinition("hello", null, null, List.of(), List.of(), 1_000);
        }

        @Override
        public PromptResult get(PromptCall call) {
            return PromptResult.of(PromptMessage.user("Hello"));
        }
    }

    /** A prompt with all there is. */
    private record Review() implements PromptHandler {
        @Override
        public PromptDefinition definition() {
            return new PromptDefinition(
                    "review",
                    "Review",
                    "Reviews code",
                    List.of(
                            new PromptDefinition.Argument("code", "Code", "What to review", true),
                            new PromptDefinition.Argument("style", null, null, false)),
                    List.of(ICON),
                    1_000);
        }

        @Override
        public PromptResult get(PromptCall call) {
            var messages = new ArrayList<PromptMessage>();
            contents().forEach(content -> messages.add(PromptMessage.user(content)));
            messages.add(PromptMessage.assistant("Fine."));
            return new PromptResult("A review", messages);
        }

        @Override
        public Completion complete(CompletionCall call) {
            return new Completion(List.of("terse", "thorough"), 7);
        }
    }

    /** A resource with all there is. */
    private record Page() implements ResourceHandler {
        @Override
        public ResourceDefinition definition() {
            return new ResourceDefinition(
                    "test://page",
                    false,
                    "page",
                    "A page",
                    "A page of text",
                    "text/plain",
                    4L,
                    List.of(ICON),
                    FOR_PEOPLE,
                    5_000,
                    1_000);
        }

        @Override
        public List<ResourceContents> read(ResourceCall call) {
            return List.of(new ResourceContents.Text(call.uri(), "text/plain", "text"));
        }
    }

    /** A resource of bytes with nothing but a name. */
    private record Picture() implements ResourceHandler {
        @Override
        public ResourceDefinition definition() {
            return new ResourceDefinition(
                    "test://picture", false, "picture", null, null, null, null, List.of(), null, 0, 1_000);
        }

        @Override
        public List<ResourceContents> read(ResourceCall call) {
            return List.of(new ResourceContents.Blob(call.uri(), "image/png", BYTES));
        }
    }

    /** A template with all there is. */
    private record Family() implements ResourceHandler {
        @Override
        public ResourceDefinition definition() {
            return new ResourceDefinition(
                    "test://family/{id}",
                    true,
                    "family",
                    "A family",
                    "Many pages",
                    "text/plain",
                    null,
                    List.of(ICON),
                    FOR_PEOPLE,
                    0,
                    1_000);
        }

        @Override
        public List<ResourceContents> read(ResourceCall call) {
            return List.of(new ResourceContents.Text(call.uri(), null, call.variable("id")));
        }

        @Override
        public Completion complete(CompletionCall call) {
            return Completion.of(List.of(call.value() + "1"));
        }
    }
}
