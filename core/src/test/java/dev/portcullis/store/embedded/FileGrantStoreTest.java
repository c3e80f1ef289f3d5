package dev.portcullis.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.store.GrantStore;
import dev.portcullis.store.GrantStoreContract;
import dev.portcullis.store.embedded.EmbeddedGrantStore.Limits;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileGrantStoreTest extends GrantStoreContract {
    @TempDir
    Path folder;

    @Override
    protected GrantStore open() {
        return EmbeddedGrantStore.openFile(folder.resolve("grants.db"), Limits.DEFAULT);
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
