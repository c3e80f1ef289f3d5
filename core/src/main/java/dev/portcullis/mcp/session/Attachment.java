package dev.portcullis.mcp.session;

/** What comes of a connection's wish to read a stream. */
public sealed interface Attachment {
    /** It reads, from {@link Reading#start} on. */
    record Attached(Reading reading) implements Attachment {}

    /** Too many streams are open (T-32), or sessions are remembered. */
    record TooMany() implements Attachment {}

    /** No such event in this session, or what followed it has gone (H-122). */
    record UnknownEvent() implements Attachment {}

    /** The session has just ended. */
    record Ended() implements Attachment {}
}
