package dev.portcullis.mcp.task;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.model.FormField;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.Role;
import java.util.LinkedHashSet;
import java.util.List;

/** What a task asks, as it is stored: whole, so that any node can ask it in any revision's way. */
final class QuestionCodec {
    private static final String KIND = "kind";

    private QuestionCodec() {}

    static void write(JsonWriter out, InputRequest request) {
        out.beginObject().name(KIND);
        switch (request) {
            case InputRequest.Form form -> {
                out.string("form").name("message").string(form.message());
                Members.put(out, "fields", form.fields(), QuestionCodec::write);
                Members.put(out, "required", form.required(), JsonWriter::string);
            }
            case InputRequest.Page page ->
                out.string("page")
                        .name("message")
                        .string(page.message())
                        .name("url")
                        .string(page.url())
                        .name("id")
                        .string(page.id());
            case InputRequest.Sampling sampling -> write(out.string("sampling"), sampling);
            case InputRequest.Roots() -> out.string("roots");
        }
        out.endObject();
    }

    private static void write(JsonWriter out, InputRequest.Sampling sampling) {
        Members.put(out, "messages", sampling.messages(), (each, message) -> {
            each.beginObject().name("role").string(message.role().name());
            Members.put(each, "content", message.content(), ContentCodec::write);
            each.endObject();
        });
        out.name("maxTokens").number(sampling.maxTokens());
        Members.put(out, "systemPrompt", sampling.systemPrompt());
        Members.put(out, "temperature", sampling.temperature());
        Members.put(out, "stopSequences", sampling.stopSequences(), JsonWriter::string);
        Members.put(out, "modelPreferences", sampling.modelPreferences());
        Members.put(out, "tools", sampling.tools());
        Members.put(out, "toolChoice", sampling.toolChoice());
    }

    private static void write(JsonWriter out, FormField field) {
        out.beginObject().name(KIND);
        switch (field) {
            case FormField.Text text -> {
                out.string("text");
                Members.put(out, "min", text.minLength());
                Members.put(out, "max", text.maxLength());
                Members.put(out, "format", text.format());
                Members.put(out, "default", text.defaultValue());
            }
            case FormField.Numeric number -> {
                out.string("number").name("integer").bool(number.integer());
                Members.put(out, "min", number.minimum());
                Members.put(out, "max", number.maximum());
                Members.put(out, "default", number.defaultValue());
            }
            case FormField.Bool bool -> Members.put(out.string("bool"), "default", bool.defaultValue());
            case FormField.Choice choice -> {
                options(out.string("choice"), choice.options(), choice.titles());
                Members.put(out, "default", choice.defaultValue());
            }
            case FormField.MultiChoice choice -> {
                options(out.string("choices"), choice.options(), choice.titles());
                Members.put(out, "min", choice.minItems());
                Members.put(out, "max", choice.maxItems());
                Members.put(out, "default", choice.defaultValues(), JsonWriter::string);
            }
        }
        Members.put(out, "title", field.title());
        Members.put(out, "description", field.description());
        out.endObject();
    }

    private static void options(JsonWriter out, List<FormField.Option> options, FormField.Titles titles) {
        Members.put(out, "options", options, (each, option) -> {
            each.beginObject().name("value").string(option.value());
            Members.put(each, "title", option.title());
            each.endObject();
        });
        out.name("titles").string(titles.name());
    }

    static InputRequest read(RawJson request) {
        return switch (Members.text(request, KIND)) {
            case "form" ->
                new InputRequest.Form(
                        Members.text(request, "message"),
                        Members.map(request, "fields", QuestionCodec::field),
                        new LinkedHashSet<>(Members.texts(request, "required")));
            case "page" ->
                new InputRequest.Page(
                        Members.text(request, "message"), Members.text(request, "url"), Members.text(request, "id"));
            case "sampling" -> sampling(request);
            case "roots" -> new InputRequest.Roots();
            default -> throw new IllegalStateException("unknown kind of question");
        };
    }

    private static InputRequest.Sampling sampling(RawJson request) {
        return new InputRequest.Sampling(
                Members.list(
                        request,
                        "messages",
                        message -> new InputRequest.Message(
                                Role.valueOf(Members.text(message, "role")),
                                Members.list(message, "content", ContentCodec::readSampling))),
                (int) Members.integer(request, "maxTokens"),
                Members.textOrNull(request, "systemPrompt"),
                Members.doubleOrNull(request, "temperature"),
                Members.texts(request, "stopSequences"),
                Members.textOrNull(request, "modelPreferences"),
                Members.textOrNull(request, "tools"),
                Members.textOrNull(request, "toolChoice"));
    }

    private static FormField field(RawJson field) {
        String title = Members.textOrNull(field, "title");
        String description = Members.textOrNull(field, "description");
        return switch (Members.text(field, KIND)) {
            case "text" ->
                new FormField.Text(
                        title,
                        description,
                        Members.intOrNull(field, "min"),
                        Members.intOrNull(field, "max"),
                        Members.textOrNull(field, "format"),
                        Members.textOrNull(field, "default"));
            case "number" ->
                new FormField.Numeric(
                        title,
                        description,
                        Members.flag(field, "integer"),
                        Members.doubleOrNull(field, "min"),
                        Members.doubleOrNull(field, "max"),
                        Members.doubleOrNull(field, "default"));
            case "bool" -> new FormField.Bool(title, description, Members.flagOrNull(field, "default"));
            case "choice" ->
                new FormField.Choice(
                        title, description, options(field), titles(field), Members.textOrNull(field, "default"));
            case "choices" ->
                new FormField.MultiChoice(
                        title,
                        description,
                        options(field),
                        titles(field),
                        Members.intOrNull(field, "min"),
                        Members.intOrNull(field, "max"),
                        Members.texts(field, "default"));
            default -> throw new IllegalStateException("unknown kind of field");
        };
    }

    private static List<FormField.Option> options(RawJson field) {
        return Members.list(
                field,
                "options",
                option -> new FormField.Option(Members.text(option, "value"), Members.textOrNull(option, "title")));
    }

    private static FormField.Titles titles(RawJson field) {
        return FormField.Titles.valueOf(Members.text(field, "titles"));
    }
}
