package dev.portcullis.mcp.revision;

import dev.portcullis.json.JsonWriter;
import dev.portcullis.mcp.model.FormField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pieces of the schemas that forms are made of (H-190). Which revision has which piece is not known here. */
final class FormFields {
    private FormFields() {}

    private static void described(JsonWriter out, String type, FormField field) {
        out.name("type").string(type);
        Shapes.text(out, "title", field.title());
        Shapes.text(out, "description", field.description());
    }

    static void text(JsonWriter out, FormField.Text field) {
        described(out, "string", field);
        bound(out, "minLength", field.minLength());
        bound(out, "maxLength", field.maxLength());
        Shapes.text(out, "format", field.format());
    }

    static void number(JsonWriter out, FormField.Numeric field) {
        described(out, field.integer() ? "integer" : "number", field);
        bound(out, "minimum", field.minimum());
        bound(out, "maximum", field.maximum());
    }

    static void bool(JsonWriter out, FormField.Bool field) {
        described(out, "boolean", field);
    }

    /** One of several, in the way before 2025-11-25: titles beside the values. */
    static void named(JsonWriter out, FormField.Choice field) {
        described(out, "string", field);
        values(out, field.options());
        if (field.titles() != FormField.Titles.NONE) {
            names(out, field.options());
        }
    }

    /** One of several, in the way the author chose (SEP-1330). */
    static void chosen(JsonWriter out, FormField.Choice field) {
        if (field.titles() == FormField.Titles.TITLED) {
            described(out, "string", field);
            titled(out, "oneOf", field.options());
        } else {
            named(out, field);
        }
    }

    /** Some of several (SEP-1330). Titles beside the values do not exist here. */
    static void several(JsonWriter out, FormField.MultiChoice field) {
        described(out, "array", field);
        bound(out, "minItems", field.minItems());
        bound(out, "maxItems", field.maxItems());
        out.name("items").beginObject();
        if (field.titles() == FormField.Titles.NONE) {
            out.name("type").string("string");
            values(out, field.options());
        } else {
            titled(out, "anyOf", field.options());
        }
        out.endObject();
        if (!field.defaultValues().isEmpty()) {
            out.name("default");
            Shapes.strings(out, field.defaultValues());
        }
    }

    private static void values(JsonWriter out, List<FormField.Option> options) {
        out.name("enum");
        Shapes.strings(out, options.stream().map(FormField.Option::value).toList());
    }

    private static void names(JsonWriter out, List<FormField.Option> options) {
        out.name("enumNames");
        Shapes.strings(out, options.stream().map(FormFields::title).toList());
    }

    private static void titled(JsonWriter out, String member, List<FormField.Option> options) {
        out.name(member).beginArray();
        for (var option : options) {
            out.beginObject().name("const").string(option.value());
            out.name("title").string(title(option)).endObject();
        }
        out.endArray();
    }

    private static String title(FormField.Option option) {
        return option.title() == null ? option.value() : option.title();
    }

    private static void bound(JsonWriter out, String name, @Nullable Number value) {
        if (value != null) {
            out.name(name).number(value.doubleValue());
        }
    }

    static void defaultValue(JsonWriter out, @Nullable String value) {
        Shapes.text(out, "default", value);
    }

    static void defaultValue(JsonWriter out, @Nullable Double value) {
        bound(out, "default", value);
    }

    static void defaultValue(JsonWriter out, @Nullable Boolean value) {
        if (value != null) {
            out.name("default").bool(value);
        }
    }
}
