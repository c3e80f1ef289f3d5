package dev.portcullis.http;

/** The HTTP side of one path: translates between an exchange and what core decides, and decides nothing itself. One instance serves all requests. */
public interface Endpoint {
    /**
     * A request for this endpoint has passed the gates. Called on the event loop; must not block.
     *
     * @return what reads the body of this request and answers it
     */
    BodyReader open(Exchange exchange);
}
