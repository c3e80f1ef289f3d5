package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.ops.server.ServerConfig.KeySource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterKeyFileTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void setUp() {
        file = directory.resolve("data/portcullis.key");
    }

    @Test
    void ofWhenThereIsNoFileThenMakesOneForUsAloneAndKeepsToIt() throws Exception {
        byte[] first = keyOf(MasterKeyFile.of(new KeySource.KeptIn(file)));
        byte[] second = keyOf(MasterKeyFile.of(new KeySource.KeptIn(file)));

        assertThat(second).isEqualTo(first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void ofWhenTwoStartAtTheSameTimeThenBothHaveTheSameKey() throws Exception {
        int racers = 8;
        var barrier = new CyclicBarrier(racers);
        Callable<String> racing = () -> {
            barrier.await();
            return new String(
                    keyOf(MasterKeyFile.of(new KeySource.KeptIn(file))), java.nio.charset.StandardCharsets.ISO_8859_1);
        };
        var keys = new HashSet<String>();
        try (var threads = Executors.newFixedThreadPool(racers)) {
            var racings = new ArrayList<Callable<String>>();
            for (int i = 0; i < racers; i++) {
                racings.add(racing);
            }
            for (var key : threads.invokeAll(racings)) {
                keys.add(key.get());
            }
        }

        assertThat(keys).hasSize(1);
    }

    @Test
    void ofWhenTheFileIsDamagedThenSaysSoAndLeavesIt() throws IOException {
        write("half a k");

        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> MasterKeyFile.of(new KeySource.KeptIn(file)))
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIG))
                .withMessageContaining(file.toString());
        assertThat(file).hasContent("half a k");
    }

    @Test
    void ofWhenOthersCanReadTheFileThenRefuses() throws Exception {
        MasterKeyFile.of(new KeySource.KeptIn(file));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> MasterKeyFile.of(new KeySource.KeptIn(file)))
                .withMessageContaining("chmod 600");
    }

    @Test
    void ofWhenTheFolderCannotBeMadeThenIsUnavailable() throws IOException {
        Files.writeString(directory.resolve("data"), "a file, no folder");

        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> MasterKeyFile.of(new KeySource.KeptIn(file)))
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNAVAILABLE))
                .withMessageContaining("COOKIE_ENCRYPTION_KEY");
    }

    @Test
    void ofWhenGivenThenIsThatOne() throws Exception {
        var given = MasterKeyFile.of(new KeySource.Given(new Secret("x"), List.of()));

        assertThat(keyOf(given)).isEqualTo(keyOf(new MasterKey("x")));
    }

    @Test
    void ofWhenFleetingThenIsAnotherEachTime() throws Exception {
        assertThat(keyOf(MasterKeyFile.of(new KeySource.Fleeting())))
                .isNotEqualTo(keyOf(MasterKeyFile.of(new KeySource.Fleeting())));
    }

    private void write(String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static byte[] keyOf(MasterKey key) {
        return key.aes("test/1").getEncoded();
    }
}
