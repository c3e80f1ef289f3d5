package dev.portcullis.oauth.client;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.telemetry.Telemetry.SignInStep;
import org.jspecify.annotations.Nullable;

/**
 * Dynamic client registration (RFC 7591; O-127…O-131). It stores nothing: the id that it gives out is the metadata, sealed. Only what would make an id of more
 * than 1,000 characters goes to the store, up to a cap. Any thread; blocks on the store in that case alone.
 */
public final class ClientRegistration {
    private static final String STORED_PREFIX = "dcrs.";

    private final RegistrationParser parser;
    private final SealedClientIds ids;
    private final GrantStore store;
    private final int lifeSeconds;
    private final int storedClientsMax;
    private final Telemetry telemetry;

    /** @param storedClientsMax registrations that do not fit an id are refused while the store remembers this many clients */
    public ClientRegistration(
            OAuthSettings settings, MasterKey key, GrantStore store, int storedClientsMax, Telemetry telemetry) {
        this.parser = new RegistrationParser(new RedirectUris(settings.customSchemes()));
        this.ids = new SealedClientIds(key);
        this.store = store;
        this.lifeSeconds = settings.lives().client();
        this.storedClientsMax = storedClientsMax;
        this.telemetry = telemetry;
    }

    /**
     * Registers a client.
     *
     * @param body JSON, UTF-8; at most 64 KiB (the caller has seen to that)
     * @param nowSeconds Unix time in seconds
     * @throws OAuthException INVALID_CLIENT_METADATA, INVALID_REDIRECT_URI; TEMPORARILY_UNAVAILABLE: too large for an id, and the cap is reached
     */
    public Registered register(byte[] body, long nowSeconds) {
        boolean succeeded = false;
        var event = AuditEvent.of(AuditEvent.What.CLIENT_REGISTERED).failed("refused");
        try {
            Registered registered = issue(parser.parse(body), nowSeconds);
            succeeded = true;
            event = AuditEvent.of(AuditEvent.What.CLIENT_REGISTERED)
                    .client(registered.client().id());
            return registered;
        } catch (OAuthException e) {
            event = event.failed(e.error().code());
            throw e;
        } finally {
            telemetry.signIn(SignInStep.REGISTER, succeeded);
            telemetry.audit(event);
        }
    }

    private Registered issue(ClientMetadata metadata, long nowSeconds) {
        String id = ids.seal(metadata, nowSeconds);
        if (id.length() > SealedClientIds.CHARS_MAX) {
            id = STORED_PREFIX + Randoms.base64Url(16);
            keep(ids.client(id, metadata, nowSeconds), nowSeconds);
        }
        RegisteredClient client = ids.client(id, metadata, nowSeconds);
        boolean isPublic = client.secretHash() == null;
        return new Registered(client, isPublic ? null : ids.secretOf(id), nowSeconds + lifeSeconds);
    }

    private void keep(RegisteredClient client, long nowSeconds) {
        if (store.clientCount(nowSeconds) >= storedClientsMax) {
            throw new OAuthException(
                    OAuthError.TEMPORARILY_UNAVAILABLE,
                    "no room for a registration of this size; one with fewer or shorter redirect URIs needs none");
        }
        store.putClient(client, nowSeconds + lifeSeconds);
    }

    /**
     * What the client is told.
     *
     * @param client as registered
     * @param secret null for a public client
     * @param expiresAtSeconds Unix seconds until which the registration lives, unless it is used
     */
    public record Registered(
            RegisteredClient client, @Nullable String secret, long expiresAtSeconds) {}
}
