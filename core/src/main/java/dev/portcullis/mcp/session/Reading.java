package dev.portcullis.mcp.session;

/** A stream being read by one connection. Any thread. */
public interface Reading {
    /** @return from where a client would read on that has got nothing more than until now */
    String position();

    /** Begins to hand over what is there, and then what comes. */
    void start(EventReader reader);

    /** The reader has room again. */
    void more();

    /** The connection has gone, or ended. May come more than once. */
    void close();
}
