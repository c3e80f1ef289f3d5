package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonCursor;
import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.dispatch.InputResponses.Unfit;
import dev.portcullis.mcp.model.Arguments;
import dev.portcullis.mcp.model.FormField;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.registry.JsonArguments;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A form that was filled in, checked again here: what a client lets its person enter is its own affair (H-192). */
final class FormAnswer {
    /** Of a whole form. */
    static final int BYTES_MAX = 64 * 1024;

    private static final int EMAIL_CHARS_MAX = 254; // RFC 5321 §4.5.3.1.3, less the angle brackets

    private FormAnswer() {}

    static Arguments read(InputRequest.Form form, @Nullable RawJson content) throws Unfit {
        var filledIn = content == null ? RawJson.EMPTY_OBJECT : content;
        if (filledIn.kind() != JsonKind.OBJECT) {
            throw new Unfit("content must be an object");
        }
        if (filledIn.length() > BYTES_MAX) {
            throw new Unfit("content must be at most " + BYTES_MAX + " bytes long");
        }
        var missing = new HashSet<>(form.required());
        var cursor = filledIn.cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            String name = cursor.name();
            var field = form.fields().get(name);
            if (field == null) {
                throw new Unfit("there is no field " + McpException.echo(name));
            }
            String problem = problem(field, cursor.slice());
            if (problem != null) {
                throw new Unfit(name + " " + problem);
            }
            missing.remove(name);
        }
        if (!missing.isEmpty()) {
            throw new Unfit(missing.iterator().next() + " is required");
        }
        return new JsonArguments(filledIn);
    }

    private static @Nullable String problem(FormField field, RawJson value) {
        return switch (field) {
            case FormField.Text text ->
                value.kind() == JsonKind.STRING
                        ? textProblem(text, value.cursor().string())
                        : "must be a string";
            case FormField.Numeric numeric ->
                value.kind() == JsonKind.NUMBER ? numberProblem(numeric, value.cursor()) : "must be a number";
            case FormField.Bool _ -> value.kind() == JsonKind.BOOLEAN ? null : "must be true or false";
            case FormField.Choice choice -> isOneOf(choice.options(), value) ? null : "must be one of the options";
            case FormField.MultiChoice choice ->
                value.kind() == JsonKind.ARRAY ? choicesProblem(choice, value.cursor()) : "must be an array";
        };
    }

    /** Lengths are in code points, as JSON Schema counts. */
    private static @Nullable String textProblem(FormField.Text field, String text) {
        int length = text.codePointCount(0, text.length());
        if (field.minLength() != null && length < field.minLength()) {
            return "must be at least " + field.minLength() + " characters long";
        }
        if (field.maxLength() != null && length > field.maxLength()) {
            return "must be at most " + field.maxLength() + " characters long";
        }
        return field.format() == null || hasFormat(field.format(), text) ? null : "must be of format " + field.format();
    }

    private static boolean hasFormat(String format, String text) {
        return switch (format) {
            case "email" -> isEmail(text);
            case "uri" -> isUri(text);
            case "date" -> isDate(text);
            case "date-time" -> isDateTime(text);
            default -> true;
        };
    }

    /** Something before and after one {@code @}, and nothing that could break out of an address: whether it takes mail only mail can tell. */
    private static boolean isEmail(String text) {
        int at = text.lastIndexOf('@');
        String domain = text.substring(at + 1);
        return at > 0
                && text.indexOf('@') == at
                && text.length() <= EMAIL_CHARS_MAX
                && !domain.isEmpty()
                && !domain.startsWith(".")
                && !domain.endsWith(".")
                && !domain.contains("..")
                && text.chars().noneMatch(c -> c <= ' ' || c == 0x7F || "<>()[],;:\\\"".indexOf(c) >= 0);
    }

    private static boolean isUri(String text) {
        try {
            return new URI(text).isAbsolute();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** RFC 3339 {@code full-date}. */
    private static boolean isDate(String text) {
        try {
            return text.length() == 10 && LocalDate.parse(text).getYear() >= 0;
        } catch (DateTimeException e) {
            return false;
        }
    }

    /** RFC 3339 {@code date-time}: with seconds and an offset. */
    private static boolean isDateTime(String text) {
        try {
            return text.length() >= 20
                    && text.charAt(4) == '-'
                    && text.charAt(16) == ':'
                    && OffsetDateTime.parse(text).getYear() >= 0;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static @Nullable String numberProblem(FormField.Numeric field, JsonCursor cursor) {
        if (field.integer() && !cursor.isInteger()) {
            return "must be an integer";
        }
        double number = cursor.number();
        if (!Double.isFinite(number)) {
            return "must be a number that a double can hold";
        }
        if (field.minimum() != null && number < field.minimum()) {
            return "must be at least " + field.minimum();
        }
        return field.maximum() != null && number > field.maximum() ? "must be at most " + field.maximum() : null;
    }

    private static @Nullable String choicesProblem(FormField.MultiChoice field, JsonCursor cursor) {
        var chosen = new HashSet<String>();
        cursor.enterArray();
        while (cursor.nextElement()) {
            var value = cursor.slice();
            if (!isOneOf(field.options(), value)) {
                return "must hold nothing but options";
            }
            if (!chosen.add(value.cursor().string())) {
                return "must hold each option once at most";
            }
        }
        if (field.minItems() != null && chosen.size() < field.minItems()) {
            return "must hold at least " + field.minItems();
        }
        return field.maxItems() != null && chosen.size() > field.maxItems()
                ? "must hold at most " + field.maxItems()
                : null;
    }

    private static boolean isOneOf(List<FormField.Option> options, RawJson value) {
        if (value.kind() != JsonKind.STRING) {
            return false;
        }
        var cursor = value.cursor();
        for (var option : options) {
            if (cursor.stringIs(option.value())) {
                return true;
            }
        }
        return false;
    }
}
