package dev.portcullis.ops.audit;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.ops.log.Lines;
import dev.portcullis.telemetry.AuditEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * One event as one line of JSON: {@code time} (RFC 3339, UTC), {@code event}, {@code outcome} ({@code ok} or {@code failed}), and where there is one {@code client},
 * {@code grant}, {@code person} and {@code detail}. Ids stand there as the beginning of their hash, as in the log; everything is escaped, so that no text can look like a
 * line of its own (T-114). Stateless.
 */
final class AuditLine {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int HASH_CHARS = 16;
    private static final int DETAIL_CHARS_MAX = 200;

    private AuditLine() {}

    /** @return the line with its end, UTF-8 */
    static byte[] of(AuditEvent event, Instant at) {
        var bytes = new ByteArrayOutputStream(192);
        try (var json = JSON.createGenerator(ObjectWriteContext.empty(), bytes, JsonEncoding.UTF8)) {
            json.writeStartObject();
            json.writeStringProperty("time", timeOf(at));
            json.writeStringProperty("event", event.what().name().toLowerCase(Locale.ROOT));
            json.writeStringProperty("outcome", event.succeeded() ? "ok" : "failed");
            writeHash(json, "client", event.client());
            writeHash(json, "grant", event.grant());
            writeHash(json, "person", event.person());
            String detail = event.detail();
            if (detail != null) {
                json.writeStringProperty("detail", Lines.escape(detail, DETAIL_CHARS_MAX));
            }
            json.writeEndObject();
        }
        bytes.write('\n');
        return bytes.toByteArray();
    }

    /** Always with milliseconds, so that lines sort as texts. */
    private static String timeOf(Instant at) {
        String text = at.truncatedTo(ChronoUnit.MILLIS).toString();
        return text.contains(".") ? text : text.substring(0, text.length() - 1) + ".000Z";
    }

    private static void writeHash(JsonGenerator json, String name, @Nullable String id) {
        if (id != null) {
            json.writeStringProperty(name, hashOf(id));
        }
    }

    /** By what lines name a thing. */
    static String hashOf(String id) {
        return TokenHash.of(id.getBytes(StandardCharsets.UTF_8)).toString().substring(0, HASH_CHARS);
    }
}
