package dev.portcullis.fetch;

import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request that leaves, and what is accepted as its answer.
 *
 * @param uri absolute, http or https, without user info
 * @param destination who chose the address
 * @param statuses the statuses whose answer is wanted; any other fails
 * @param bodyBytesMax longest body accepted
 * @param body what is posted; null for a GET
 * @param authorization {@code Authorization} header; null for none
 */
public record FetchRequest(
        URI uri,
        Destination destination,
        Set<Integer> statuses,
        int bodyBytesMax,
        @Nullable Body body,
        @Nullable String authorization) {
    public FetchRequest {
        statuses = Set.copyOf(statuses);
    }

    /** A GET that accepts only a 200 with JSON. */
    public static FetchRequest get(URI uri, Destination destination, int bodyBytesMax) {
        return new FetchRequest(uri, destination, Set.of(200), bodyBytesMax, null, null);
    }

    /** A POST. */
    public static FetchRequest post(
            URI uri,
            Destination destination,
            Set<Integer> statuses,
            int bodyBytesMax,
            Body body,
            @Nullable String authorization) {
        return new FetchRequest(uri, destination, statuses, bodyBytesMax, body, authorization);
    }

    /**
     * What is posted.
     *
     * @param contentType {@code Content-Type} header
     * @param text sent as UTF-8
     */
    public record Body(String contentType, String text) {
        /** {@code application/x-www-form-urlencoded}: ASCII by its encoding, so no charset is named. */
        public static Body form(String encoded) {
            return new Body("application/x-www-form-urlencoded", encoded);
        }

        /** {@code application/json}. */
        public static Body json(String json) {
            return new Body("application/json", json);
        }
    }

    /** Method and URL without query, for messages; body and authorization are secret. */
    @Override
    public String toString() {
        String url = uri.toASCIIString();
        int end = url.indexOf('?') < 0 ? url.length() : url.indexOf('?');
        return (body == null ? "GET " : "POST ") + url.substring(0, Math.min(end, 200));
    }
}
