package dev.portcullis.oauth.browser;

import dev.portcullis.oauth.OAuthError;

/** Why a person meets a page of ours instead of going on. */
public enum PageReason {
    /** The request is not decodable, or a field of ours is missing from a form. */
    UNREADABLE(OAuthError.INVALID_REQUEST, "the request is malformed"),
    /** The query is longer than O-6 allows. */
    TOO_LONG(OAuthError.INVALID_REQUEST, "the request is too long"),
    /** {@code client_id} or {@code redirect_uri} came more than once, or any parameter of a callback. */
    REPEATED_PARAMETER(OAuthError.INVALID_REQUEST, "a parameter is repeated"),
    /** {@code client_id} is absent, unknown, or its registration has ended. */
    UNKNOWN_CLIENT(OAuthError.INVALID_CLIENT, "client_id is missing or not registered here"),
    /** {@code client_id} is a URL, and what is there cannot be had now (O-125): not to be taken for an unknown client. */
    CLIENT_UNAVAILABLE(OAuthError.TEMPORARILY_UNAVAILABLE, "client metadata unavailable, try again"),
    /** {@code redirect_uri} is absent or not one of the client's. */
    BAD_REDIRECT_URI(OAuthError.INVALID_REQUEST, "redirect_uri is missing or not registered for this client"),
    /** The consent form was not made by us for this browser, or was sent from elsewhere (O-63). */
    FORGED_CONSENT(OAuthError.ACCESS_DENIED, "the consent form was not given to this browser"),
    /** The consent form is too old. */
    EXPIRED_CONSENT(OAuthError.ACCESS_DENIED, "the consent form has expired"),
    /** The consent form has been answered before, and otherwise; or the sign-in that came of it is over. */
    ANSWERED_CONSENT(OAuthError.ACCESS_DENIED, "the consent form has been answered already"),
    /** A callback of no sign-in under way: unknown, expired, or finished before (O-70). */
    UNKNOWN_SIGN_IN(OAuthError.INVALID_REQUEST, "no such sign-in is under way"),
    /** A callback of a sign-in that another browser began (O-67). */
    OTHER_BROWSER(OAuthError.INVALID_REQUEST, "the sign-in was begun in another browser"),
    /** A form of the account page was not made by us for this session and this deed, or was sent from elsewhere (O-63). */
    FORGED_FORM(OAuthError.ACCESS_DENIED, "the form was not given to this browser"),
    /** The identity provider, or our policy, does not let this person in. */
    SIGN_IN_REFUSED(OAuthError.ACCESS_DENIED, "the sign-in was refused"),
    /** The identity provider's answer does not hold. */
    SIGN_IN_FAILED(OAuthError.SERVER_ERROR, "the sign-in failed"),
    /** The identity provider does not answer. */
    PROVIDER_UNAVAILABLE(OAuthError.TEMPORARILY_UNAVAILABLE, "the identity provider is not available"),
    /** The store does not answer; nothing was lost. */
    STORE_UNAVAILABLE(OAuthError.TEMPORARILY_UNAVAILABLE, "try again shortly"),
    /** Too much is going on. */
    OVERLOADED(OAuthError.TEMPORARILY_UNAVAILABLE, "try again shortly"),
    /** A bug of ours. */
    INTERNAL_ERROR(OAuthError.SERVER_ERROR, "something went wrong here");

    private final OAuthError error;
    private final String description;

    PageReason(OAuthError error, String description) {
        this.error = error;
        this.description = description;
    }

    /** @return what a program is told ({@code error}) */
    public OAuthError error() {
        return error;
    }

    /** @return {@code error_description}: ASCII, nothing of the request in it (O-7) */
    public String description() {
        return description;
    }
}
