package dev.portcullis.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * Something that an auditor may ask about later (O-181). Holds no secret: of tokens, codes and keys nothing, of a person the store's key for them, never a name. Ids are
 * hashed by whoever writes the event down.
 *
 * @param what what happened
 * @param succeeded whether it went as it was wanted
 * @param client {@code client_id}; null if none is known
 * @param grant grant id; null if there is none
 * @param person the store's key for the person (a keyed hash); null if nobody is known
 * @param detail why, or which kind: our own words, in which nothing of a request stands; null if nothing is to be added
 */
public record AuditEvent(
        What what,
        boolean succeeded,
        @Nullable String client,
        @Nullable String grant,
        @Nullable String person,
        @Nullable String detail) {
    /** What happened. */
    public enum What {
        CLIENT_REGISTERED,
        CLIENT_DOCUMENT,
        CLIENT_AUTHENTICATION,
        AUTHORIZE,
        CONSENT,
        SIGN_IN,
        CODE_ISSUED,
        CODE_REPLAYED,
        TOKEN_ISSUED,
        TOKEN_REFRESHED,
        REFRESH_TOKEN_REUSED,
        TOKEN_REVOKED,
        GRANT_REVOKED,
        PROVIDER_CHECK,
        ASSERTION_REPLAYED,
        ACCOUNT_OPENED,
        INTROSPECTION
    }

    public static AuditEvent of(What what) {
        return new AuditEvent(what, true, null, null, null, null);
    }

    /** It went otherwise, or was refused. */
    public AuditEvent failed(String why) {
        return new AuditEvent(what, false, client, grant, person, why);
    }

    public AuditEvent client(@Nullable String clientId) {
        return new AuditEvent(what, succeeded, clientId, grant, person, detail);
    }

    public AuditEvent grant(@Nullable String grantId) {
        return new AuditEvent(what, succeeded, client, grantId, person, detail);
    }

    public AuditEvent person(@Nullable String subjectKey) {
        return new AuditEvent(what, succeeded, client, grant, subjectKey, detail);
    }

    public AuditEvent detail(String words) {
        return new AuditEvent(what, succeeded, client, grant, person, words);
    }
}
