package dev.portcullis.mcp.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One field of a form that a client shows to its person (MCP {@code PrimitiveSchemaDefinition}, H-190). */
public sealed interface FormField {
    /** @return label; null where nothing is said */
    @Nullable
    String title();

    /** @return what to write there; null where nothing is said */
    @Nullable
    String description();

    /**
     * A line of text.
     *
     * @param format {@code email}, {@code uri}, {@code date} or {@code date-time}; null for any
     */
    record Text(
            @Nullable String title,
            @Nullable String description,
            @Nullable Integer minLength,
            @Nullable Integer maxLength,
            @Nullable String format,
            @Nullable String defaultValue)
            implements FormField {}

    /** A number. */
    record Numeric(
            @Nullable String title,
            @Nullable String description,
            boolean integer,
            @Nullable Double minimum,
            @Nullable Double maximum,
            @Nullable Double defaultValue)
            implements FormField {}

    /** Yes or no. */
    record Bool(
            @Nullable String title,
            @Nullable String description,
            @Nullable Boolean defaultValue) implements FormField {}

    /** One of several. */
    record Choice(
            @Nullable String title,
            @Nullable String description,
            List<Option> options,
            Titles titles,
            @Nullable String defaultValue)
            implements FormField {
        public Choice {
            options = List.copyOf(options);
        }
    }

    /** Some of several. */
    record MultiChoice(
            @Nullable String title,
            @Nullable String description,
            List<Option> options,
            Titles titles,
            @Nullable Integer minItems,
            @Nullable Integer maxItems,
            List<String> defaultValues)
            implements FormField {
        public MultiChoice {
            options = List.copyOf(options);
            defaultValues = List.copyOf(defaultValues);
        }
    }

    /**
     * What can be chosen.
     *
     * @param value what is sent back
     * @param title what people read; the value where nothing is said
     */
    record Option(String value, @Nullable String title) {}

    /** How options are written, where the revision leaves a choice (SEP-1330). */
    enum Titles {
        /** Values alone: {@code enum}. */
        NONE,
        /** {@code oneOf} with {@code const} and {@code title}, as of 2025-11-25; before, as {@link #ENUM_NAMES}. */
        TITLED,
        /** {@code enum} and {@code enumNames}, for clients that know nothing newer. */
        ENUM_NAMES
    }
}
