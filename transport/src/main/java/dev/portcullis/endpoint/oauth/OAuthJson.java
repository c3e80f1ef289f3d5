package dev.portcullis.endpoint.oauth;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.http.Reply;
import dev.portcullis.oauth.client.ClientRegistration.Registered;
import dev.portcullis.oauth.token.Introspection;
import dev.portcullis.oauth.token.TokenResponse;
import dev.portcullis.store.RegisteredClient;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The JSON answers of OAuth endpoints that are successes. Stateless. */
final class OAuthJson {
    private static final JsonFactory JSON = new JsonFactory();

    private OAuthJson() {}

    /** RFC 6749 §5.1, RFC 8693 §2.2.1, RFC 9449 §5; O-83. */
    static Reply tokens(TokenResponse response) {
        return object(HttpResponseStatus.OK, json -> {
            json.writeStringProperty("access_token", response.accessToken());
            if (response.issuedTokenType() != null) {
                json.writeStringProperty("issued_token_type", response.issuedTokenType());
            }
            json.writeStringProperty("token_type", response.tokenType());
            json.writeNumberProperty("expires_in", response.expiresIn());
            if (response.refreshToken() != null) {
                json.writeStringProperty("refresh_token", response.refreshToken());
            }
            json.writeStringProperty("scope", response.scopes().toString());
            if (response.resources().size() == 1) {
                json.writeStringProperty("resource", response.resources().get(0));
            } else {
                writeTexts(json, "resource", response.resources());
            }
        });
    }

    /** RFC 7662 §2.2; O-117. Of what is not active nothing else is said. */
    static Reply introspected(@Nullable Introspection found) {
        return object(HttpResponseStatus.OK, json -> {
            json.writeBooleanProperty("active", found != null);
            if (found != null) {
                writeActive(json, found);
            }
        });
    }

    private static void writeActive(JsonGenerator json, Introspection found) {
        json.writeStringProperty("client_id", found.clientId());
        json.writeStringProperty("scope", found.scopes().toString());
        json.writeStringProperty("sub", found.subject());
        if (found.resources().size() == 1) {
            json.writeStringProperty("aud", found.resources().get(0));
        } else {
            writeTexts(json, "aud", found.resources());
        }
        json.writeStringProperty("iss", found.issuer());
        json.writeNumberProperty("exp", found.expiresAt());
        if (found.issuedAt() > 0) {
            json.writeNumberProperty("iat", found.issuedAt());
        }
        TokenHash boundTo = found.boundTo();
        json.writeStringProperty("token_type", boundTo == null ? "Bearer" : "DPoP");
        if (boundTo != null) {
            json.writeObjectPropertyStart("cnf");
            json.writeStringProperty("jkt", Base64Url.encode(boundTo.toBytes()));
            json.writeEndObject();
        }
    }

    /** RFC 7591 §3.2.1; O-130. */
    static Reply registered(Registered registered) {
        RegisteredClient client = registered.client();
        return object(HttpResponseStatus.CREATED, json -> {
            json.writeStringProperty("client_id", client.id());
            json.writeNumberProperty("client_id_issued_at", client.issuedAt());
            if (registered.secret() != null) {
                json.writeStringProperty("client_secret", registered.secret());
                json.writeNumberProperty("client_secret_expires_at", registered.expiresAtSeconds());
            }
            if (client.name() != null) {
                json.writeStringProperty("client_name", client.name());
            }
            writeTexts(json, "redirect_uris", client.redirectUris());
            writeTexts(json, "grant_types", client.grantTypes());
            writeTexts(json, "response_types", List.of("code"));
            json.writeStringProperty(
                    "token_endpoint_auth_method", client.authMethod().wireName());
        });
    }

    private static void writeTexts(JsonGenerator json, String name, List<String> values) {
        json.writeArrayPropertyStart(name);
        values.forEach(json::writeString);
        json.writeEndArray();
    }

    private static Reply object(HttpResponseStatus status, Consumer<JsonGenerator> members) {
        var bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            members.accept(json);
            json.writeEndObject();
        }
        return Reply.json(status, Unpooled.wrappedBuffer(bytes.toByteArray()))
                .with("pragma", "no-cache")
                .with("referrer-policy", "no-referrer");
    }
}
