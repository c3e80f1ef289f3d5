package dev.portcullis.oauth.account;

/** What somebody can do on their account page. */
public sealed interface AccountDeed {
    /**
     * End one grant.
     *
     * @param grantId as it came with the form, perhaps nobody's or another's
     */
    record Revoke(String grantId) implements AccountDeed {}

    /** End all grants. */
    record RevokeAll() implements AccountDeed {}

    /** Forget the session. */
    record SignOut() implements AccountDeed {}

    /** What tells this deed from every other; the token of a form is bound to it */
    default String label() {
        return switch (this) {
            case Revoke(String grantId) -> "revoke:" + grantId;
            case RevokeAll() -> "revoke-all";
            case SignOut() -> "sign-out";
        };
    }
}
