package dev.portcullis.ops.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.oauth.client.ClientRegistration;
import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.StartException;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.embedded.EmbeddedArchive;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.store.embedded.EmbeddedGrantStore.Limits;
import dev.portcullis.telemetry.Telemetry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code ops/run migrate} between two files: what it says, what it leaves, and with which code it ends. */
class MigrationTest {
    private static final long NOW = 1_800_000_000L;
    private static final String KEY = "a-key-of-more-than-thirty-two-characters";

    @TempDir
    Path directory;

    private record Said(ExitCode code, String out, String err) {}

    private Said migrate(Map<String, String> environment, String... arguments) throws Exception {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var parsed = new CommandLine(Migration.spec()).parseArgs(arguments);
        var migration =
                new Migration(environment, directory, print(out), print(err), false, () -> Instant.ofEpochSecond(NOW));
        var code = migration.run(parsed);
        return new Said(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Said migrate(String... arguments) throws Exception {
        return migrate(Map.of("COOKIE_ENCRYPTION_KEY", KEY), arguments);
    }

    private static PrintStream print(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private EmbeddedGrantStore open(String name) {
        return EmbeddedGrantStore.openFile(directory.resolve(name), Limits.DEFAULT);
    }

    /** @return ids of the grants made */
    private static List<String> fill(EmbeddedGrantStore store, int count, String clientId) {
        var client = new RegisteredClient(
                clientId,
                "Inspector",
                List.of("http://localhost/cb"),
                RegisteredClient.AuthMethod.NONE,
                null,
                List.of("authorization_code"),
                RegisteredClient.Kind.DYNAMIC,
                NOW);
        store.putClient(client, NOW + 9_000, NOW);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    var grant = new Grant(
                            Randoms.base64Url(16),
                            client,
                            "http://localhost/cb",
                            "person-" + i,
                            Scopes.of("mcp"),
                            List.of("http://localhost:8788/mcp"),
                            Randoms.bytes(100),
                            NOW,
                            NOW,
                            NOW + 5_000,
                            NOW + 9_000);
                    var code = new AuthorizationCode(
                            TokenHash.of(Randoms.bytes(32)),
                            grant.id(),
                            "challenge",
                            Randoms.bytes(40),
                            NOW + 600,
                            false);
                    store.createGrant(grant, code, 5, NOW);
                    return grant.id();
                })
                .toList();
    }

    @Test
    void runWhenTargetIsNewThenAllIsThereAndTheSourceAsItWas() throws Exception {
        List<String> ids;
        try (var store = open("old.db")) {
            ids = fill(store, 40, "portal");
        }
        byte[] before = Files.readAllBytes(directory.resolve("old.db"));

        var said = migrate("--from", "file:old.db", "--to", "file:new/new.db");

        assertThat(said.code()).isEqualTo(ExitCode.OK);
        assertThat(said.err()).isEmpty();
        assertThat(said.out())
                .contains("Copied 40 grants with 40 codes, 0 access tokens and 0 refresh tokens; 1 clients,")
                .contains("41 records were written by this run; all were counted, and 41 of them compared")
                .contains("Start the server with STORE as --to says and the same COOKIE_ENCRYPTION_KEY.")
                .doesNotContain(KEY, "\r");
        assertThat(Files.readAllBytes(directory.resolve("old.db"))).isEqualTo(before);
        try (var store = open("new/new.db")) {
            assertThat(ids).allSatisfy(id -> assertThat(store.grant(id, NOW)).isNotNull());
        }
    }

    @Test
    void runWhenTargetHoldsSomethingThenEndsWith73AndSaysWhatToDo() throws Exception {
        open("old.db").close();
        try (var store = open("new.db")) {
            fill(store, 1, "portal");
        }

        var said = migrate("--from", "file:old.db", "--to", "file:new.db");

        assertThat(said.code()).isEqualTo(ExitCode.NOT_EMPTY);
        assertThat(said.code().number()).isEqualTo(73);
        assertThat(said.err())
                .contains(
                        "new.db holds something already, and no part of a copy: name another, or delete the file first.");
    }

    @Test
    void runWhenStoppedBeforeThenWantsResumeAndCompletes() throws Exception {
        List<String> ids;
        try (var store = open("old.db")) {
            ids = fill(store, 3, "portal");
        }
        // The mark of a copy that was killed before its first page.
        try (var archive = EmbeddedArchive.open(directory.resolve("new.db"), Limits.DEFAULT)) {
            archive.put(
                    List.of(),
                    String.join("\n", "copy/1", directory.resolve("old.db").toString(), "", "", "0"));
        }

        var refused = migrate("--from", "file:old.db", "--to", "file:new.db");
        var looked = migrate("--from", "file:old.db", "--to", "file:new.db", "--check");
        var done = migrate("--from", "file:old.db", "--to", "file:new.db", "--resume");

        assertThat(refused.code()).isEqualTo(ExitCode.NOT_EMPTY);
        assertThat(refused.err()).contains("holds a part of this copy, which was stopped: go on with --resume");
        assertThat(looked.code()).isEqualTo(ExitCode.OK);
        assertThat(looked.out()).contains("the copy can go on, with --resume");
        assertThat(done.code()).isEqualTo(ExitCode.OK);
        try (var store = open("new.db")) {
            assertThat(store.grant(ids.getFirst(), NOW)).isNotNull();
        }
    }

    @Test
    void runWhenToldToCheckThenSaysWhatThereIsAndMakesNothing() throws Exception {
        try (var store = open("old.db")) {
            fill(store, 4, "portal");
        }

        var said = migrate("--from", "file:old.db", "--to", "file:new/new.db", "--check");

        assertThat(said.code()).isEqualTo(ExitCode.OK);
        assertThat(said.out())
                .contains("old.db holds 4 grants with 4 codes")
                .contains("new.db is not there and would be made");
        assertThat(directory.resolve("new")).doesNotExist();
    }

    @Test
    void runWhenTheSourceIsNotThereThenEndsWith69() {
        assertThatThrownBy(() -> migrate("--from", "file:old.db", "--to", "file:new.db"))
                .isInstanceOfSatisfying(
                        StartException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNAVAILABLE))
                .hasMessageContaining("Cannot open what --from names: there is no store");
        assertThat(directory.resolve("new.db")).doesNotExist();
    }

    @Test
    void runWhenRedisIsOutOfReachThenEndsWith69AndSaysNoSecret() throws Exception {
        open("old.db").close();

        assertThatThrownBy(() -> migrate("--from", "file:old.db", "--to", "redis://me:hunter2@127.0.0.1:1"))
                .isInstanceOfSatisfying(
                        StartException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNAVAILABLE))
                .hasMessageContaining("Cannot open what --to names")
                .message()
                .doesNotContain("hunter2");
    }

    @Test
    void runWhenTheCommandLineIsWrongThenEndsWith64() throws Exception {
        open("old.db").close();

        assertUsage("--from and --to are wanted", "--from", "file:old.db");
        assertUsage("are the same store", "--from", "file:old.db", "--to", "file:./old.db");
        assertUsage("nothing to copy", "--from", "file:old.db", "--to", "memory:");
        assertUsage("nothing to copy", "--from", "memory:", "--to", "file:new.db");
    }

    private void assertUsage(String message, String... arguments) {
        assertThatThrownBy(() -> migrate(arguments))
                .isInstanceOfSatisfying(
                        StartException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
                .hasMessageContaining(message);
    }

    @Test
    void runWhenAStoreIsNamedWronglyThenSaysWhichOption() {
        assertThatThrownBy(() -> migrate("--from", "file:old.db", "--to", "mysql://x"))
                .isInstanceOfSatisfying(
                        StartException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIG))
                .hasMessageStartingWith("With what --to says as STORE:");
    }

    // The key

    @Test
    void runWhenTheKeyIsAnotherThenEndsWith78AndMakesNothing() throws Exception {
        try (var store = open("old.db")) {
            fill(store, 1, sealedId(KEY));
        }

        assertThat(migrate("--from", "file:old.db", "--to", "file:new.db", "--check")
                        .out())
                .contains("The key is the source's");
        var other = Map.of("COOKIE_ENCRYPTION_KEY", "another-key-of-more-than-thirty-two-characters");
        assertThatThrownBy(() -> migrate(other, "--from", "file:old.db", "--to", "file:new.db"))
                .isInstanceOfSatisfying(
                        StartException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIG))
                .hasMessageContaining("The key here is not the one that the source's server had");
        assertThat(directory.resolve("new.db")).doesNotExist();
    }

    /** O-180: what was sealed with a key that is being replaced opens as before. */
    @Test
    void runWhenTheKeyWasReplacedThenTheEarlierOneCounts() throws Exception {
        try (var store = open("old.db")) {
            fill(store, 1, sealedId(KEY));
        }
        var replaced = Map.of(
                "COOKIE_ENCRYPTION_KEY",
                "another-key-of-more-than-thirty-two-characters",
                "COOKIE_ENCRYPTION_KEY_PREVIOUS",
                KEY);

        assertThat(migrate(replaced, "--from", "file:old.db", "--to", "file:new.db")
                        .code())
                .isEqualTo(ExitCode.OK);
    }

    @Test
    void runWhenTheKeyIsKeptInAFileThenIsReadFromThereAndNeverMade() throws Exception {
        String key = Randoms.base64Url(32);
        try (var store = open("old.db")) {
            fill(store, 1, sealedId(key));
        }
        assertThatThrownBy(() -> migrate(Map.of(), "--from", "file:old.db", "--to", "file:new/new.db"))
                .isInstanceOfSatisfying(
                        StartException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIG))
                .hasMessageContaining("There is no key");
        Path file = directory.resolve("portcullis.key");
        assertThat(file).doesNotExist();
        Files.writeString(file, key + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        var said = migrate(Map.of(), "--from", "file:old.db", "--to", "file:new/new.db");

        assertThat(said.code()).isEqualTo(ExitCode.OK);
        assertThat(said.out())
                .contains("The key is the source's")
                .contains("and copy " + file + " to its folder: without that key no token is of use")
                .doesNotContain(key);
    }

    /** The id of a client that registered itself with a server of this key. */
    private static String sealedId(String key) {
        var settings = new OAuthSettings(
                URI.create("https://mcp.example.com"),
                List.of("https://mcp.example.com/mcp"),
                Scopes.of("mcp"),
                Scopes.of("mcp"),
                true,
                List.of(),
                OAuthSettings.Lives.DEFAULT);
        try (var store = EmbeddedGrantStore.inMemory(Limits.DEFAULT)) {
            String body = "{\"redirect_uris\":[\"http://localhost/cb\"],\"token_endpoint_auth_method\":\"none\"}";
            return new ClientRegistration(settings, new MasterKey(key), store, 10, Telemetry.NONE)
                    .register(body.getBytes(StandardCharsets.UTF_8), NOW)
                    .client()
                    .id();
        }
    }
}
