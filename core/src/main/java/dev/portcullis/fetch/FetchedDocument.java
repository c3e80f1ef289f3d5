package dev.portcullis.fetch;

/**
 * A JSON document as it came, whole and within its limits.
 *
 * @param status one of those the request wanted
 * @param body as sent; not to be changed
 * @param freshSeconds for how long the peer says it stays fresh (RFC 9111 §4.2.1: {@code max-age} less {@code Age}; 0 with {@code no-store} or
 *     {@code no-cache}); -1 if it says nothing
 */
public record FetchedDocument(int status, byte[] body, long freshSeconds) {
    /** Says the size, not the content. */
    @Override
    public String toString() {
        return "FetchedDocument[" + status + ", " + body.length + " bytes]";
    }
}
