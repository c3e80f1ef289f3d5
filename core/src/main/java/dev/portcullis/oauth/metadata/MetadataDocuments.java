package dev.portcullis.oauth.metadata;

import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.OAuthSettings.Dpop;
import dev.portcullis.oauth.OAuthSettings.Offered;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What we say about ourselves: the protected resource metadata of each resource (RFC 9728 §2; O-10…O-12) and the authorization server metadata (RFC 8414 §2;
 * O-15). Encoded once; what is off is not mentioned (O-16). A feature that is added later adds its member here.
 */
public final class MetadataDocuments {
    private static final JsonFactory JSON = new JsonFactory();
    private static final List<String> AUTH_METHODS =
            Arrays.stream(AuthMethod.values()).map(AuthMethod::wireName).toList();
    private static final String ID_JAG_PROFILE = "urn:ietf:params:oauth:grant-profile:id-jag";
    private static final List<String> ASSERTION_ALGORITHMS = List.of("RS256", "PS256", "ES256");

    private final Map<String, byte[]> byPath = new LinkedHashMap<>();

    /**
     * @param resourceName {@code resource_name}, for people; null for none
     * @param documentation URL of a page about this server; null for none
     */
    public MetadataDocuments(OAuthSettings settings, @Nullable String resourceName, @Nullable String documentation) {
        byPath.put(MetadataUrls.AUTHORIZATION_SERVER_PATH, authorizationServer(settings, documentation));
        byPath.put(
                MetadataUrls.PROTECTED_RESOURCE_PATH,
                protectedResource(settings, settings.defaultResource(), resourceName, documentation));
        for (String resource : settings.resources()) {
            byPath.putIfAbsent(
                    MetadataUrls.protectedResourcePath(resource),
                    protectedResource(settings, resource, resourceName, documentation));
        }
    }

    /** @return path → document, UTF-8 JSON; not to be changed. The root well-known of resources describes the default one (O-11) */
    public Map<String, byte[]> byPath() {
        return Collections.unmodifiableMap(byPath);
    }

    private static byte[] protectedResource(
            OAuthSettings settings, String resource, @Nullable String resourceName, @Nullable String documentation) {
        return object(json -> {
            json.writeStringProperty("resource", resource);
            writeTexts(json, "authorization_servers", List.of(settings.issuer().toString()));
            writeTexts(json, "scopes_supported", settings.defaultScopes().values());
            writeTexts(json, "bearer_methods_supported", List.of("header"));
            var dpop = settings.offered().dpop();
            if (dpop != Dpop.OFF) {
                writeTexts(json, "dpop_signing_alg_values_supported", ASSERTION_ALGORITHMS);
                json.writeBooleanProperty("dpop_bound_access_tokens_required", dpop == Dpop.REQUIRED);
            }
            writeText(json, "resource_name", resourceName);
            writeText(json, "resource_documentation", documentation);
        });
    }

    private static byte[] authorizationServer(OAuthSettings settings, @Nullable String documentation) {
        var offered = settings.offered();
        String issuer = settings.issuer().toString();
        return object(json -> {
            json.writeStringProperty("issuer", issuer);
            json.writeStringProperty("authorization_endpoint", issuer + "/authorize");
            json.writeStringProperty("token_endpoint", issuer + "/token");
            writeText(json, "registration_endpoint", offered.registration() ? issuer + "/register" : null);
            json.writeStringProperty("revocation_endpoint", issuer + "/revoke");
            writeText(json, "introspection_endpoint", offered.introspection() ? issuer + "/introspect" : null);
            writeTexts(json, "scopes_supported", settings.scopes().values());
            writeTexts(json, "response_types_supported", List.of("code"));
            writeTexts(json, "response_modes_supported", List.of("query"));
            writeTexts(json, "grant_types_supported", grantTypes(offered));
            writeAuthMethods(json, "token_endpoint", AUTH_METHODS);
            writeAuthMethods(json, "revocation_endpoint", AUTH_METHODS);
            if (offered.introspection()) {
                writeAuthMethods(json, "introspection_endpoint", AUTH_METHODS.subList(1, AUTH_METHODS.size()));
            }
            writeTexts(json, "code_challenge_methods_supported", List.of("S256"));
            json.writeBooleanProperty("authorization_response_iss_parameter_supported", true);
            if (offered.clientDocuments()) {
                json.writeBooleanProperty("client_id_metadata_document_supported", true);
            }
            if (offered.assertionGrant()) {
                writeTexts(json, "authorization_grant_profiles_supported", List.of(ID_JAG_PROFILE));
            }
            if (offered.dpop() != Dpop.OFF) {
                writeTexts(json, "dpop_signing_alg_values_supported", ASSERTION_ALGORITHMS);
            }
            writeText(json, "service_documentation", documentation);
        });
    }

    private static void writeAuthMethods(JsonGenerator json, String endpoint, List<String> methods) {
        writeTexts(json, endpoint + "_auth_methods_supported", methods);
        writeTexts(json, endpoint + "_auth_signing_alg_values_supported", ASSERTION_ALGORITHMS);
    }

    private static List<String> grantTypes(Offered offered) {
        var types = new ArrayList<>(List.of("authorization_code", "refresh_token"));
        if (offered.tokenExchange()) {
            types.add("urn:ietf:params:oauth:grant-type:token-exchange");
        }
        if (offered.assertionGrant()) {
            types.add("urn:ietf:params:oauth:grant-type:jwt-bearer");
        }
        if (offered.clientCredentials()) {
            types.add("client_credentials");
        }
        return types;
    }

    private static void writeText(JsonGenerator json, String name, @Nullable String value) {
        if (value != null) {
            json.writeStringProperty(name, value);
        }
    }

    private static void writeTexts(JsonGenerator json, String name, Collection<String> values) {
        if (!values.isEmpty()) {
            json.writeArrayPropertyStart(name);
            values.forEach(json::writeString);
            json.writeEndArray();
        }
    }

    private static byte[] object(Consumer<JsonGenerator> members) {
        var bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            members.accept(json);
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }
}
