package dev.portcullis.mcp.dispatch;

/** What may become of a message while its reader is slow (T-30). */
public sealed interface Slack {
    /** Nothing: it waits its turn. */
    record None() implements Slack {}

    /** A later one with this key may take the place of one that still waits (H-81). */
    record Replace(String key) implements Slack {}

    /** It may be left out. */
    record Drop() implements Slack {}
}
