package dev.portcullis.endpoint.admin;

import dev.portcullis.http.Reply;
import dev.portcullis.oauth.account.GrantDesk;
import dev.portcullis.store.Grant;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** What operators ask for, as parameters ↔ JSON. Blocks on the store. */
final class GrantRequests {
    private static final JsonFactory JSON = new JsonFactory();
    /** Of a list that is longer, the end is left out; {@code total} says how long it is. */
    private static final int LISTED_MAX = 1_000;

    private final GrantDesk desk;
    private final String issuer;
    private final UnaryOperator<String> auditNames;
    private final InstantSource clock;

    GrantRequests(GrantDesk desk, String issuer, UnaryOperator<String> auditNames, InstantSource clock) {
        this.desk = desk;
        this.issuer = issuer;
        this.auditNames = auditNames;
        this.clock = clock;
    }

    /** {@code sub} and perhaps {@code issuer}, or {@code client}. */
    Reply list(Map<String, List<String>> parameters) {
        String subject = only(parameters, "sub");
        String client = only(parameters, "client");
        requireOneOf(subject, client);
        var grants = client == null
                ? desk.grantsOf(issuerOf(parameters), String.valueOf(subject), now())
                : desk.grantsOfClient(client, now());
        return json(out -> {
            out.writeNumberProperty("total", grants.size());
            out.writeArrayPropertyStart("grants");
            grants.stream().limit(LISTED_MAX).forEach(grant -> write(grant, out));
            out.writeEndArray();
        });
    }

    /** {@code grant}, or {@code sub} and perhaps {@code issuer}, or {@code client}. */
    Reply revoke(Map<String, List<String>> parameters) {
        String grant = only(parameters, "grant");
        String subject = only(parameters, "sub");
        String client = only(parameters, "client");
        requireOneOf(grant, subject, client);
        int revoked;
        if (grant != null) {
            revoked = desk.revoke(grant, now());
        } else if (client != null) {
            revoked = desk.revokeAllOfClient(client, now());
        } else {
            revoked = desk.revokeAllOf(issuerOf(parameters), String.valueOf(subject), now());
        }
        return json(out -> out.writeNumberProperty("revoked", revoked));
    }

    Reply sweep() {
        int swept = desk.sweep(now());
        return json(out -> out.writeNumberProperty("swept", swept));
    }

    private static void requireOneOf(@Nullable String... values) {
        int given = 0;
        for (String value : values) {
            given += value == null ? 0 : 1;
        }
        if (given != 1) {
            throw GrantsEndpoint.wrong("exactly one of grant (to revoke), sub and client is needed");
        }
    }

    private String issuerOf(Map<String, List<String>> parameters) {
        String named = only(parameters, "issuer");
        return named == null ? issuer : named;
    }

    /** @return null if it is absent or empty */
    private static @Nullable String only(Map<String, List<String>> parameters, String name) {
        var values = parameters.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw GrantsEndpoint.wrong("a parameter is repeated");
        }
        return values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
    }

    private void write(Grant grant, JsonGenerator out) {
        out.writeStartObject();
        out.writeStringProperty("grant", grant.id());
        out.writeStringProperty("client_id", grant.client().id());
        if (grant.client().name() != null) {
            out.writeStringProperty("client_name", grant.client().name());
        }
        out.writeStringProperty("client_kind", grant.client().kind().name().toLowerCase(Locale.ROOT));
        out.writeStringProperty("redirect_uri", grant.redirectUri());
        writeTexts("scopes", grant.scopes().values(), out);
        writeTexts("resources", grant.resources(), out);
        writeTime("created_at", grant.createdAt(), out);
        writeTime("last_used_at", grant.lastUsedAt(), out);
        writeTime("checked_at", grant.checkedAt(), out);
        writeTime("expires_at", grant.expiresAt(), out);
        writeTime("ends_at", grant.endsAt(), out);
        out.writeObjectPropertyStart("in_audit_lines");
        out.writeStringProperty("grant", auditNames.apply(grant.id()));
        out.writeStringProperty("client", auditNames.apply(grant.client().id()));
        out.writeStringProperty("person", auditNames.apply(grant.subjectKey()));
        out.writeEndObject();
        out.writeEndObject();
    }

    private static void writeTexts(String name, Collection<String> texts, JsonGenerator out) {
        out.writeArrayPropertyStart(name);
        texts.forEach(out::writeString);
        out.writeEndArray();
    }

    private static void writeTime(String name, long seconds, JsonGenerator out) {
        out.writeStringProperty(name, Instant.ofEpochSecond(seconds).toString());
    }

    private interface Members {
        void writeTo(JsonGenerator out);
    }

    private static Reply json(Members members) {
        var bytes = new ByteArrayOutputStream(512);
        try (var out = JSON.createGenerator(ObjectWriteContext.empty(), bytes, JsonEncoding.UTF8)) {
            out.writeStartObject();
            members.writeTo(out);
            out.writeEndObject();
        }
        bytes.write('\n');
        return Reply.json(HttpResponseStatus.OK, Unpooled.wrappedBuffer(bytes.toByteArray()));
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
