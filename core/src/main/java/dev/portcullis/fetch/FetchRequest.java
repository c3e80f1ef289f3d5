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
 * @param form {@code application/x-www-form-urlencoded} body of a POST; null for a GET
 * @param authorization {@code Authorization} header; null for none
 */
public record FetchRequest(
        URI uri,
        Destination destination,
        Set<Integer> statuses,
        int bodyBytesMax,
        @Nullable String form,
        @Nullable String authorization) {
    public FetchRequest {
        statuses = Set.copyOf(statuses);
    }

    /** A GET that accepts only a 200 with JSON. */
    public static FetchRequest get(URI uri, Destination destination, int bodyBytesMax) {
        return new FetchRequest(uri, destination, Set.of(200), bodyBytesMax, null, null);
    }

    /** A POST of a form. */
    public static FetchRequest post(
            URI uri,
            Destination destination,
            Set<Integer> statuses,
            int bodyBytesMax,
            String form,
            @Nullable String authorization) {
        return new FetchRequest(uri, destination, statuses, bodyBytesMax, form, authorization);
    }

    /** Method and URL without query, for messages; form and authorization are secret. */
    @Override
    public String toString() {
        String url = uri.toASCIIString();
        int end = url.indexOf('?') < 0 ? url.length() : url.indexOf('?');
        return (form == null ? "GET " : "POST ") + url.substring(0, Math.min(end, 200));
    }
}
