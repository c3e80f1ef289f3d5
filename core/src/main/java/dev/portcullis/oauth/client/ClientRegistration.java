package dev.portcullis.oauth.client;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthException;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import dev.portcullis.telemetry.Telemetry.SignInStep;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Dynamic client registration (RFC 7591; O-127…O-132). It stores nothing: the id that it gives out is the metadata, sealed. Only what would make an id of more
 * than 1,000 characters goes to the store, up to a cap. Any thread; blocks on the store in that case alone.
 */
public final class ClientRegistration {
    /** Begins every id whose metadata is in the store. */
    static final String STORED_PREFIX = "dcrs.";

    private static final String BEARER = "Bearer ";

    /** How long one that is stored waits for somebody to approve it: there is room for few, which a flood takes for no longer than this (T-78). */
    private static final int UNAPPROVED_SECONDS_MAX = 86_400;

    private final OAuthSettings settings;
    private final RegistrationParser parser;
    private final SealedClientIds ids;
    private final GrantStore store;
    private final int lifeSeconds;
    private final Limits limits;
    private final @Nullable TokenHash initialAccessToken;
    private final AtomicReference<InMinute> inMinute = new AtomicReference<>(new InMinute(0, 0));
    private final Telemetry telemetry;

    /**
     * @param limits what bounds registrations
     * @param initialAccessToken hash of what a client must present to register at all (RFC 7591 §3; O-132); null: nothing
     */
    public ClientRegistration(
            OAuthSettings settings,
            MasterKey key,
            GrantStore store,
            Limits limits,
            @Nullable TokenHash initialAccessToken,
            Telemetry telemetry) {
        this.settings = settings;
        this.parser = new RegistrationParser(new RedirectUris(settings.customSchemes()));
        this.ids = new SealedClientIds(key);
        this.store = store;
        this.lifeSeconds = settings.lives().client();
        this.limits = limits;
        this.initialAccessToken = initialAccessToken;
        this.telemetry = telemetry;
    }

    /** With nothing to be presented. */
    public ClientRegistration(
            OAuthSettings settings, MasterKey key, GrantStore store, int storedClientsMax, Telemetry telemetry) {
        this(settings, key, store, new Limits(storedClientsMax, Integer.MAX_VALUE), null, telemetry);
    }

    /**
     * @param storedMax registrations without a grant that do not fit an id, in the store at a time
     * @param perMinuteMax registrations in a minute, whoever asks (T-78): what one address may do is for the door to say
     */
    public record Limits(int storedMax, int perMinuteMax) {}

    /** Whether somebody may register, said before the body is looked at. */
    public enum Admission {
        ADMITTED,
        /** The initial access token is missing or wrong; which of them is not said. */
        NOT_AUTHORIZED,
        /** Too many have registered in this minute. */
        TOO_MANY
    }

    /**
     * Counts a wish to register.
     *
     * @param authorization all values of the Authorization header
     * @param nowSeconds Unix time in seconds
     */
    public Admission admit(List<String> authorization, long nowSeconds) {
        if (!isAuthorized(authorization)) {
            telemetry.audit(AuditEvent.of(AuditEvent.What.CLIENT_REGISTERED).failed("no valid initial access token"));
            return Admission.NOT_AUTHORIZED;
        }
        if (countIn(nowSeconds) > limits.perMinuteMax()) {
            telemetry.refused(Outcome.RATE_LIMITED);
            return Admission.TOO_MANY;
        }
        return Admission.ADMITTED;
    }

    /** Compares digests, in constant time (T-76). */
    private boolean isAuthorized(List<String> authorization) {
        if (initialAccessToken == null) {
            return true;
        }
        if (authorization.size() != 1) {
            return false;
        }
        String header = authorization.get(0);
        return header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && TokenHash.of(header.substring(BEARER.length()).strip()).equals(initialAccessToken);
    }

    private int countIn(long nowSeconds) {
        long minute = nowSeconds / 60;
        return inMinute.updateAndGet(before -> before.minute == minute
                        ? new InMinute(minute, Math.min(before.count, limits.perMinuteMax()) + 1)
                        : new InMinute(minute, 1))
                .count;
    }

    /**
     * Registers a client that was admitted.
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

    private Registered issue(RegistrationParser.Wish wish, long nowSeconds) {
        ClientMetadata metadata = wish.metadata();
        String id = ids.seal(metadata, nowSeconds);
        if (id == null || id.length() > SealedClientIds.CHARS_MAX) {
            id = STORED_PREFIX + Randoms.base64Url(16);
            keep(ids.client(id, metadata, nowSeconds), nowSeconds);
        }
        RegisteredClient client = ids.client(id, metadata, nowSeconds);
        boolean hasNoSecret = client.secretHash() == null;
        return new Registered(
                client, hasNoSecret ? null : ids.secretOf(id), nowSeconds + lifeSeconds, scopes(wish.scope()));
    }

    /**
     * What of the scopes that a client named exists here. It is said back and binds nobody: clients register with the scopes of their first request, and would be
     * locked out of a step-up by a bound that a new registration removes anyway.
     */
    private Scopes scopes(@Nullable String wished) {
        try {
            return wished == null ? Scopes.NONE : Scopes.parse(wished).intersect(settings.scopes());
        } catch (IllegalArgumentException e) {
            throw MetadataMembers.invalid("scope has a character outside RFC 6749 section 3.3");
        }
    }

    private void keep(RegisteredClient client, long nowSeconds) {
        long until = nowSeconds + Math.min(lifeSeconds, UNAPPROVED_SECONDS_MAX);
        if (!store.putRegistration(client, limits.storedMax(), until, nowSeconds)) {
            throw new OAuthException(
                    OAuthError.TEMPORARILY_UNAVAILABLE,
                    "no room for a registration of this size; one with fewer or shorter redirect URIs needs none");
        }
    }

    /**
     * What the client is told.
     *
     * @param client as registered
     * @param secret null for a client that has none
     * @param expiresAtSeconds Unix seconds until which the registration lives, unless it is used
     * @param scopes what of the scopes it named exists; empty if it named none, or none of them does
     */
    public record Registered(
            RegisteredClient client, @Nullable String secret, long expiresAtSeconds, Scopes scopes) {}

    private record InMinute(long minute, int count) {}
}
