package dev.portcullis.mcp.dispatch;

import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.model.FormField;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.SamplingContent;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What an author asks for: looked over before it goes out, since what is wrong with it is the author's bug and not the client's. */
final class InputRequests {
    private static final int NAME_CHARS_MAX = 128;
    private static final int FIELDS_MAX = 100;
    private static final Set<String> FORMATS = Set.of("email", "uri", "date", "date-time");

    private InputRequests() {}

    /** @return the method by which it is asked */
    static String method(InputRequest request) {
        return request.method();
    }

    /** @return whether this client can be asked this (H-162) */
    static boolean canAnswer(ClientCapabilities client, InputRequest request) {
        return switch (request) {
            case InputRequest.Form _ -> client.elicitationForm();
            case InputRequest.Page _ -> client.elicitationUrl();
            case InputRequest.Sampling sampling ->
                client.sampling() && (client.samplingTools() || !usesTools(sampling));
            case InputRequest.Roots _ -> client.roots();
        };
    }

    /** @return whether it needs {@code sampling.tools} (H-194) */
    static boolean usesTools(InputRequest.Sampling sampling) {
        return sampling.tools() != null || sampling.toolChoice() != null;
    }

    /** @throws IllegalArgumentException nothing that can be asked */
    static void check(Map<String, InputRequest> requests) {
        requests.forEach((name, request) -> {
            require(
                    !name.isBlank() && name.length() <= NAME_CHARS_MAX,
                    "the name of what is asked is 1 to " + NAME_CHARS_MAX + " characters long");
            switch (request) {
                case InputRequest.Form form -> checkForm(form);
                case InputRequest.Page page -> checkPage(page);
                case InputRequest.Sampling sampling -> checkSampling(sampling);
                case InputRequest.Roots _ -> {}
            }
        });
    }

    private static void checkForm(InputRequest.Form form) {
        require(form.fields().size() <= FIELDS_MAX, "a form has at most " + FIELDS_MAX + " fields");
        form.fields().forEach((name, field) -> {
            switch (field) {
                case FormField.Text text ->
                    require(
                            text.format() == null || FORMATS.contains(text.format()),
                            name + ": unknown format " + text.format());
                case FormField.Choice choice -> checkOptions(name, choice.options());
                case FormField.MultiChoice choice -> checkOptions(name, choice.options());
                case FormField.Numeric _, FormField.Bool _ -> {}
            }
        });
    }

    private static void checkOptions(String name, List<FormField.Option> options) {
        var values = new HashSet<String>();
        options.forEach(option -> require(values.add(option.value()), name + ": two options " + option.value()));
        require(!values.isEmpty(), name + ": nothing to choose from");
    }

    /** Only what a browser shows under a lock, or on this machine (H-191). */
    private static void checkPage(InputRequest.Page page) {
        var uri = URI.create(page.url());
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        boolean local = "localhost".equals(uri.getHost()) || "127.0.0.1".equals(uri.getHost());
        require(
                uri.getHost() != null && (scheme.equals("https") || (scheme.equals("http") && local)),
                "a page to visit is an https URL");
    }

    private static void checkSampling(InputRequest.Sampling sampling) {
        require(sampling.maxTokens() >= 1, "maxTokens is at least 1");
        require(!sampling.messages().isEmpty(), "there is no message");
        Set<String> open = Set.of();
        for (var message : sampling.messages()) {
            checkResults(message, open);
            open = toolUses(message);
        }
        require(open.isEmpty(), "a tool_use at the end has no tool_result");
    }

    /** A message with a tool's result holds nothing else, and answers all that the one before wanted (H-194). */
    private static void checkResults(InputRequest.Message message, Set<String> wanted) {
        require(!message.content().isEmpty(), "a message holds something");
        var given = new HashSet<String>();
        int others = 0;
        for (var block : message.content()) {
            if (block instanceof SamplingContent.ToolResult result) {
                require(given.add(result.toolUseId()), "two results of " + result.toolUseId());
            } else {
                others++;
            }
        }
        require(given.isEmpty() || others == 0, "a message with a tool_result holds nothing else");
        require(
                given.equals(wanted),
                "each tool_use is answered by a tool_result in the next message, and nothing else is");
    }

    private static Set<String> toolUses(InputRequest.Message message) {
        var ids = new HashSet<String>();
        for (var block : message.content()) {
            if (block instanceof SamplingContent.ToolUse use) {
                require(ids.add(use.id()), "two tool_uses " + use.id());
            }
        }
        return ids;
    }

    private static void require(boolean condition, String problem) {
        if (!condition) {
            throw new IllegalArgumentException(problem);
        }
    }
}
