package dev.portcullis.identity;

import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchException;
import dev.portcullis.fetch.FetchRequest;
import dev.portcullis.fetch.FetchedDocument;
import dev.portcullis.identity.IdentityException.Kind;

/** Requests to the provider, with their failures put in this room's words. */
final class ProviderRequests {
    private ProviderRequests() {}

    /** @throws IdentityException UNAVAILABLE: it did not answer, or it is in trouble; INVALID: it answered something else than was asked for */
    static FetchedDocument send(DocumentFetcher fetcher, FetchRequest request) throws IdentityException {
        try {
            return fetcher.fetch(request);
        } catch (FetchException e) {
            Kind kind = switch (e.reason()) {
                case UNREACHABLE, TIMEOUT, PEER_FAILING, OVERLOADED, CLOSED -> Kind.UNAVAILABLE;
                case ADDRESS, REDIRECT, STATUS, MEDIA_TYPE, TOO_LARGE, MALFORMED -> Kind.INVALID;
            };
            throw new IdentityException(kind, String.valueOf(e.getMessage()));
        }
    }
}
