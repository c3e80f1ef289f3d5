package dev.portcullis.mcp.model;

import dev.portcullis.crypto.Randoms;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Something a call wants of the client, or of the person at it (MCP {@code InputRequest}). */
public sealed interface InputRequest {
    /** @return the method by which it is asked */
    default String method() {
        return switch (this) {
            case Form _, Page _ -> "elicitation/create";
            case Sampling _ -> "sampling/createMessage";
            case Roots _ -> "roots/list";
        };
    }

    /** A form to fill in (elicitation, form mode; H-190). Never for secrets: a {@link Page} is (H-191). */
    record Form(String message, Map<String, FormField> fields, Set<String> required) implements InputRequest {
        public Form {
            fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
            required = java.util.Collections.unmodifiableSet(new LinkedHashSet<>(required));
            for (String name : required) {
                if (!fields.containsKey(name)) {
                    throw new IllegalArgumentException("required field " + name + " is not a field");
                }
            }
        }

        /** A form without fields: only yes or no to the message. */
        public static Form of(String message) {
            return new Form(message, Map.of(), Set.of());
        }

        /** This form and one more field at its end that must be filled in. */
        public Form require(String name, FormField field) {
            return with(name, field, true);
        }

        /** This form and one more field at its end that may stay empty. */
        public Form allow(String name, FormField field) {
            return with(name, field, false);
        }

        /** This form and a line of text that must be filled in. */
        public Form requireText(String name, @Nullable String description) {
            return require(name, new FormField.Text(null, description, null, null, null, null));
        }

        /** This form and a yes or no that must be answered. */
        public Form requireBool(String name, @Nullable String description) {
            return require(name, new FormField.Bool(null, description, null));
        }

        private Form with(String name, FormField field, boolean isRequired) {
            var moreFields = new LinkedHashMap<>(fields);
            moreFields.put(name, field);
            var moreRequired = new LinkedHashSet<>(required);
            if (isRequired) {
                moreRequired.add(name);
            }
            return new Form(message, moreFields, moreRequired);
        }
    }

    /**
     * A page to visit (elicitation, URL mode; H-191), for what must not pass through the client. The page must make sure that who visits it is who called.
     *
     * @param url https
     * @param id of this request, unique in this server, opaque to clients; told to those of 2025-11-25 alone
     */
    record Page(String message, String url, String id) implements InputRequest {
        /** Under a new random id. */
        public Page(String message, String url) {
            this(message, url, Randoms.base64Url(16));
        }
    }

    /**
     * A completion by the client's language model ({@code sampling/createMessage}, H-194).
     *
     * @param maxTokens at most this many
     * @param tools JSON text of an array of MCP tools the model may use; null for none; needs {@code sampling.tools}
     * @param toolChoice JSON text of a {@code ToolChoice}; null for none
     * @param modelPreferences JSON text of {@code ModelPreferences}; null for none
     */
    record Sampling(
            List<Message> messages,
            int maxTokens,
            @Nullable String systemPrompt,
            @Nullable Double temperature,
            List<String> stopSequences,
            @Nullable String modelPreferences,
            @Nullable String tools,
            @Nullable String toolChoice)
            implements InputRequest {
        public Sampling {
            messages = List.copyOf(messages);
            stopSequences = List.copyOf(stopSequences);
        }

        /** One user message of text. */
        public static Sampling of(String text, int maxTokens) {
            var message = new Message(Role.USER, List.of(new Content.Text(text)));
            return new Sampling(List.of(message), maxTokens, null, null, List.of(), null, null, null);
        }
    }

    /** One message of a conversation with a model (MCP {@code SamplingMessage}). */
    record Message(Role role, List<SamplingContent> content) {
        public Message {
            content = List.copyOf(content);
        }
    }

    /** What folders and files the client lets the server work with ({@code roots/list}, H-195). */
    record Roots() implements InputRequest {}
}
