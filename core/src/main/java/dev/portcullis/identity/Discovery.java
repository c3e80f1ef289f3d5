package dev.portcullis.identity;

import dev.portcullis.fetch.Destination;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchRequest;
import dev.portcullis.fetch.FetchedDocument;
import dev.portcullis.identity.IdentityException.Kind;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the provider's metadata says (O-141; OpenID Connect Discovery §4). Kept for 24 h, and used for as long again while it cannot be fetched. When the settings
 * name the endpoints, nothing is fetched. Any thread; the first call blocks.
 */
final class Discovery {
    private static final int DOCUMENT_BYTES_MAX = 64 * 1024;
    private static final int DAY = 86_400;
    private static final RemoteCopy.Lives LIVES = new RemoteCopy.Lives(DAY, DAY, DAY, DAY, 10, 30);

    private final OidcSettings settings;
    private final DocumentFetcher fetcher;
    private final @Nullable ProviderMetadata configured;
    private final RemoteCopy<ProviderMetadata> copy;

    Discovery(OidcSettings settings, DocumentFetcher fetcher, InstantSource clock) {
        this.settings = settings;
        this.fetcher = fetcher;
        this.configured = settings.endpoints() == null ? null : new ProviderMetadata(settings.endpoints(), false, null);
        this.copy = new RemoteCopy<>("the identity provider's metadata", this::load, LIVES, clock);
    }

    /** @throws IdentityException UNAVAILABLE: it cannot be had; INVALID: it does not hold */
    ProviderMetadata metadata() throws IdentityException {
        return configured == null ? copy.get() : configured;
    }

    private RemoteCopy.Loaded<ProviderMetadata> load() throws IdentityException {
        String base = settings.issuer().replaceFirst("/$", "");
        URI url = URI.create(base + "/.well-known/openid-configuration");
        FetchedDocument document =
                ProviderRequests.send(fetcher, FetchRequest.get(url, Destination.CONFIGURED, DOCUMENT_BYTES_MAX));
        return new RemoteCopy.Loaded<>(read(document.body()), document.freshSeconds());
    }

    private ProviderMetadata read(byte[] body) throws IdentityException {
        JsonObject json = JsonObject.parse(body);
        if (json == null) {
            throw invalid("is not a JSON object");
        }
        String issuer = json.string("issuer");
        if (!settings.issuer().equals(issuer)) {
            throw invalid("names the issuer " + Quoted.of(issuer) + ", expected " + settings.issuer());
        }
        return new ProviderMetadata(
                endpoints(json),
                json.isTrue("authorization_response_iss_parameter_supported"),
                clientAuthentication(json.array("token_endpoint_auth_methods_supported")));
    }

    private static OidcSettings.Endpoints endpoints(JsonObject json) throws IdentityException {
        try {
            return new OidcSettings.Endpoints(
                    uri(json, "authorization_endpoint"), uri(json, "token_endpoint"), uri(json, "jwks_uri"));
        } catch (IllegalArgumentException e) {
            throw invalid("names an endpoint that is neither https nor http on loopback");
        }
    }

    private static URI uri(JsonObject json, String member) throws IdentityException {
        String text = json.string(member);
        if (text == null) {
            throw invalid("lacks " + member);
        }
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw invalid("has a " + member + " that is no URL: " + Quoted.of(text));
        }
    }

    /** OpenID Connect Discovery §3: absent means client_secret_basic. */
    private static @Nullable ClientAuthentication clientAuthentication(@Nullable List<?> methods) {
        if (methods == null || methods.contains("client_secret_basic")) {
            return ClientAuthentication.BASIC;
        }
        return methods.contains("client_secret_post") ? ClientAuthentication.POST : null;
    }

    private static IdentityException invalid(String what) {
        return new IdentityException(Kind.INVALID, "the identity provider's metadata " + what);
    }
}
