package dev.portcullis.ops.audit;

import java.io.IOException;

/** Where lines go. One thread. */
interface AuditDestination extends AutoCloseable {
    /** @param lines whole lines */
    void write(byte[] lines) throws IOException;

    @Override
    void close() throws IOException;
}
