package dev.portcullis.http;

/** What a connection's handlers are told by those who own it. */
public enum ConnectionEvent {
    /** The server drains: the connection ends after the answer in progress, at once if there is none (T-113). */
    DRAIN
}
