package dev.portcullis.store.embedded;

import dev.portcullis.store.GrantStore;

/** What tests see of a store's inside. */
final class Inspection {
    private Inspection() {}

    static Tables.IndexCensus census(GrantStore store) {
        return ((EmbeddedGrantStore) store).writer.write((tables, tx) -> tables.census());
    }

    /** Records of all kinds, expired or not. */
    static long recordCount(GrantStore store) {
        return ((EmbeddedGrantStore) store).writer.write((tables, tx) -> tables.rowCount());
    }
}
