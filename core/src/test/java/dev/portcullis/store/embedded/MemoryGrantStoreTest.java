package dev.portcullis.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.store.GrantStore;
import dev.portcullis.store.GrantStoreContract;
import dev.portcullis.store.embedded.EmbeddedGrantStore.Limits;

class MemoryGrantStoreTest extends GrantStoreContract {
    @Override
    protected GrantStore open() {
        return EmbeddedGrantStore.inMemory(Limits.DEFAULT);
    }

    @Override
    protected void assertNothingLeaks() {
        assertThat(Inspection.census(store)).matches(Tables.IndexCensus::isExact);
    }

    @Override
    protected long recordCount() {
        return Inspection.recordCount(store);
    }
}
