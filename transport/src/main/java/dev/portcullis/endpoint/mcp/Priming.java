package dev.portcullis.endpoint.mcp;

/** When a stream begins with an event that holds nothing but an id, in revisions that know of it; some clients of those choke on it all the same (H-124). */
public enum Priming {
    /** When its client is to come back, or its call takes long. */
    AUTO,
    NEVER,
    ALWAYS
}
