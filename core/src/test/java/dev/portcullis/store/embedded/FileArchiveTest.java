package dev.portcullis.store.embedded;

import static dev.portcullis.store.GrantFixture.NOW;
import static dev.portcullis.store.GrantFixture.code;
import static dev.portcullis.store.GrantFixture.grant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.store.GrantStore;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.archive.Archive;
import dev.portcullis.store.archive.ArchiveCopyContract;
import dev.portcullis.store.archive.Census;
import dev.portcullis.store.archive.WritableArchive;
import dev.portcullis.store.embedded.EmbeddedGrantStore.Limits;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From one file to another. */
class FileArchiveTest extends ArchiveCopyContract {
    @TempDir
    Path folder;

    private record InFile(Path file) implements Place {
        @Override
        public GrantStore openStore() {
            return EmbeddedGrantStore.openFile(file, Limits.DEFAULT);
        }

        @Override
        public Archive openToRead() {
            return FileArchive.open(file, Limits.DEFAULT);
        }

        @Override
        public WritableArchive openToWrite() {
            return EmbeddedArchive.open(file, Limits.DEFAULT);
        }
    }

    @Override
    protected Place source() {
        return new InFile(folder.resolve("source.db"));
    }

    @Override
    protected Place target() {
        return new InFile(folder.resolve("target.db"));
    }

    @Test
    void openWhenReadThenNoByteOfTheFileChanges() throws Exception {
        Path file = folder.resolve("source.db");
        var grant = grant("person", "client");
        try (var store = source().openStore()) {
            store.createGrant(grant, code(grant), 5, NOW);
        }
        byte[] before = Files.readAllBytes(file);
        String version;
        try (var archive = source().openToRead()) {
            assertThat(Census.of(archive, 10, NOW).grants()).isEqualTo(1);
            version = archive.version();
        }
        try (var again = source().openToRead()) {
            assertThat(again.version()).isEqualTo(version);
        }

        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void versionWhenTheStoreHasChangedThenIsAnother() {
        source().openStore().close();
        String before;
        try (var archive = source().openToRead()) {
            before = archive.version();
        }
        source().openStore().close();

        try (var archive = source().openToRead()) {
            assertThat(archive.version()).isNotEqualTo(before);
        }
    }

    /** Which is what a server leaves behind that was killed: nothing that it has acknowledged may be missing. */
    @Test
    void openWhenTheFileWasNotClosedThenAllIsThere() throws Exception {
        Path file = folder.resolve("source.db");
        Path copy = folder.resolve("as-killed.db");
        try (var store = source().openStore()) {
            for (int i = 0; i < 300; i++) {
                var grant = grant("person", "client-" + i);
                store.createGrant(grant, code(grant), 5, NOW);
            }
            Files.copy(file, copy);
        }

        try (var archive = FileArchive.open(copy, Limits.DEFAULT)) {
            assertThat(Census.of(archive, 10, NOW).grants()).isEqualTo(300);
        }
    }

    @Test
    void openWhenThereIsNoFileThenSaysSoAndMakesNone() throws Exception {
        assertThatThrownBy(source()::openToRead)
                .isInstanceOf(StoreException.class)
                .hasMessage("there is no store " + folder.resolve("source.db"));
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void openWhenItIsNoStoreThenSaysSo() throws Exception {
        Files.writeString(folder.resolve("source.db"), "something else entirely".repeat(1_000));

        assertThatThrownBy(source()::openToRead)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("damaged or not a store");
    }

    @Test
    void openWhenAServerHasTheFileThenSaysSo() throws Exception {
        Path file = folder.resolve("source.db");
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        StoreChild.class.getName(),
                        file.toString(),
                        "hold")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var out = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.US_ASCII))) {
            assertThat(out.readLine()).isEqualTo("open");

            assertThatThrownBy(source()::openToRead)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("in use by another process")
                    .hasMessageContaining(file.toString());
        } finally {
            server.destroyForcibly().waitFor();
        }
    }
}
