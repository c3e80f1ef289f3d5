package dev.portcullis.image;

import java.io.StringWriter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * The envelope of Cloudflare's API around a text-to-image answer.
 *
 * @param image {@code result.image}, decoded; null if there is none or it is not base64
 * @param error the first message among the errors, shortened and cleaned for people; {@code no reason given} if there is none
 */
record WorkersAiAnswer(byte @Nullable [] image, String error) {
    private static final int ERROR_CHARS_MAX = 300;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxStringLength(16 * 1024 * 1024)
                    .maxTokenCount(10_000)
                    .build())
            .build();

    /** @return the body of a request */
    static String request(String prompt, int steps) {
        var text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("prompt", prompt);
            json.writeNumberProperty("steps", steps);
            json.writeEndObject();
        }
        return text.toString();
    }

    static WorkersAiAnswer parse(byte[] body) throws ImageException {
        byte[] image = null;
        String error = null;
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw malformed();
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("result") && value == JsonToken.START_OBJECT) {
                    image = imageIn(parser);
                } else if (name.equals("errors") && value == JsonToken.START_ARRAY) {
                    error = firstMessageIn(parser);
                } else {
                    parser.skipChildren();
                }
            }
        } catch (JacksonException e) {
            throw malformed();
        }
        return new WorkersAiAnswer(image, error == null ? "no reason given" : cleaned(error));
    }

    private static byte @Nullable [] imageIn(JsonParser parser) {
        byte[] image = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            boolean isImage = parser.currentName().equals("image");
            if (parser.nextToken() == JsonToken.VALUE_STRING && isImage) {
                image = parser.getBinaryValue();
            } else {
                parser.skipChildren();
            }
        }
        return image;
    }

    private static @Nullable String firstMessageIn(JsonParser parser) {
        String message = null;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            while (token == JsonToken.START_OBJECT && parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean isMessage = parser.currentName().equals("message");
                if (parser.nextToken() == JsonToken.VALUE_STRING && isMessage && message == null) {
                    message = parser.getString();
                } else {
                    parser.skipChildren();
                }
            }
            if (token == JsonToken.START_ARRAY) {
                parser.skipChildren();
            }
        }
        return message;
    }

    private static String cleaned(String message) {
        String printable = message.replaceAll("\\p{C}", " ").strip();
        return printable.length() <= ERROR_CHARS_MAX ? printable : printable.substring(0, ERROR_CHARS_MAX) + "…";
    }

    private static ImageException malformed() {
        return new ImageException("The image service answered something that cannot be read.");
    }
}
