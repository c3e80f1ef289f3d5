package dev.portcullis.store.embedded;

import static dev.portcullis.store.GrantFixture.NOW;
import static dev.portcullis.store.GrantFixture.access;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore.Held;
import dev.portcullis.store.GrantStore.Rotation;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.embedded.EmbeddedGrantStore.Limits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** design.md §6: after {@code kill -9} at any moment nothing acknowledged is lost, and nothing spent or revoked works again. */
@Timeout(120)
class StoreSurvivesKillTest {
    private static final int ROUNDS = 7;

    @TempDir
    Path folder;

    @Test
    void openFileWhenTheProcessWasKilledThenEveryAcknowledgedFactHolds() throws Exception {
        Path file = folder.resolve("grants.db");
        var random = new Random();
        var facts = new ArrayList<String>();
        for (int round = 0; round < ROUNDS; round++) {
            List<String> said = runAndKill(file, 1 + random.nextInt(round % 2 == 0 ? 50 : 1500));
            facts.addAll(said);
            check(file, new Facts(facts));
        }
        assertThat(new Facts(facts).grants.values())
                .as("the child got somewhere")
                .hasSizeGreaterThan(20);
    }

    @Test
    void openFileWhenAnotherProcessHasItThenSaysSo() throws Exception {
        Path file = folder.resolve("grants.db");
        Process child = start(file, "hold");
        try (var out = lines(child)) {
            assertThat(out.readLine()).isEqualTo("open");

            assertThatThrownBy(() -> EmbeddedGrantStore.openFile(file, Limits.DEFAULT))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("in use by another process")
                    .hasMessageContaining(file.toString());
        } finally {
            child.destroyForcibly().waitFor();
        }
        EmbeddedGrantStore.openFile(file, Limits.DEFAULT).close();
    }

    /** @return the whole lines that the child said before it was killed; it is killed when it has said {@code count}, and goes on meanwhile */
    private static List<String> runAndKill(Path file, int count) throws Exception {
        Process child = start(file, "work");
        var said = new ArrayList<String>();
        try (var out = lines(child)) {
            var rest = new StringBuilder();
            boolean killed = false;
            for (int c = out.read(); c >= 0; c = out.read()) {
                if (c != '\n') {
                    rest.append((char) c);
                    continue;
                }
                said.add(rest.toString());
                rest.setLength(0);
                if (!killed && said.size() > count) {
                    // SIGKILL; Process.destroyForcibly would also throw away what the child still said
                    child.toHandle().destroyForcibly();
                    killed = true;
                }
            }
        } finally {
            child.destroyForcibly();
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(said).as("the child was killed and did not fail").hasSizeGreaterThan(count);
        return said.subList(1, said.size());
    }

    private static Process start(Path file, String mode) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        StoreChild.class.getName(),
                        file.toString(),
                        mode)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static BufferedReader lines(Process child) {
        return new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII));
    }

    private static void check(Path file, Facts facts) {
        try (var store = EmbeddedGrantStore.openFile(file, Limits.DEFAULT)) {
            assertThat(Inspection.census(store))
                    .as("indexes and rows were committed together")
                    .matches(Tables.IndexCensus::isExact);
            for (TokenHash state : facts.pending) {
                assertThat(store.pendingSignIn(state, NOW)).isNotNull();
            }
            for (TokenHash state : facts.taken) {
                assertThat(store.takePendingSignIn(state, NOW))
                        .as("taken twice")
                        .isNull();
            }
            for (Facts.OfGrant of : facts.grants.values()) {
                if (of.revoked) {
                    checkRevoked(store, of);
                } else if (!of.revoking) {
                    checkLive(store, of);
                }
            }
        }
    }

    private static void checkLive(EmbeddedGrantStore store, Facts.OfGrant of) {
        Grant grant = store.grant(of.id, NOW);
        assertThat(grant).as("grant %s", of.id).isNotNull();
        Held<AuthorizationCode> code = store.code(of.id, of.code, NOW);
        if (of.spent) {
            assertThat(code.token().spent()).isTrue();
            assertThat(store.consumeCode(code.token(), access(grant), null, NOW + 3600, NOW))
                    .as("spent twice")
                    .isFalse();
        } else if (!of.spending) {
            assertThat(code.token().spent()).isFalse();
        }
        for (TokenHash hash : of.access) {
            assertThat(store.accessToken(of.id, hash, NOW)).isNotNull();
        }
        for (TokenHash hash : of.revokedAccess) {
            assertThat(store.accessToken(of.id, hash, NOW)).isNull();
        }
        for (TokenHash hash : of.refresh) {
            assertThat(store.refreshToken(of.id, hash, NOW)).isNotNull();
        }
        for (TokenHash hash : of.used) {
            assertThat(store.refreshToken(of.id, hash, NOW).token().firstUsedAt())
                    .isNotZero();
        }
    }

    private static void checkRevoked(EmbeddedGrantStore store, Facts.OfGrant of) {
        assertThat(store.grant(of.id, NOW)).as("revoked grant %s", of.id).isNull();
        assertThat(store.code(of.id, of.code, NOW)).isNull();
        for (TokenHash hash : of.access) {
            assertThat(store.accessToken(of.id, hash, NOW)).isNull();
        }
        for (TokenHash hash : of.refresh) {
            assertThat(store.refreshToken(of.id, hash, NOW)).isNull();
            assertThat(store.rotate(hash, refreshOf(of.id), accessOf(of.id), 60, NOW + 3600, NOW))
                    .isEqualTo(new Rotation.Unknown());
        }
    }

    private static RefreshToken refreshOf(String grantId) {
        return new RefreshToken(TokenHash.of("no token"), grantId, 1, new byte[0], NOW + 9, 0);
    }

    private static AccessToken accessOf(String grantId) {
        return new AccessToken(TokenHash.of("no token"), grantId, Scopes.NONE, List.of(), new byte[0], NOW + 9);
    }

    /** What a child said, put together; a call that was begun and not acknowledged leaves its fact open. */
    private static final class Facts {
        final Set<TokenHash> pending = new HashSet<>();
        final Set<TokenHash> taken = new HashSet<>();
        final Map<String, OfGrant> grants = new LinkedHashMap<>();

        Facts(List<String> lines) {
            for (String line : lines) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case "pending" -> pending.add(hash(words[1]));
                    case "taking" -> pending.remove(hash(words[1]));
                    case "taken" -> taken.add(hash(words[1]));
                    default -> grants.computeIfAbsent(words[1], OfGrant::new).add(words);
                }
            }
        }

        private static TokenHash hash(String hex) {
            return TokenHash.ofDigest(HexFormat.of().parseHex(hex));
        }

        private static final class OfGrant {
            final String id;
            final Set<TokenHash> access = new HashSet<>();
            final Set<TokenHash> revokedAccess = new HashSet<>();
            final Set<TokenHash> refresh = new HashSet<>();
            final Set<TokenHash> used = new HashSet<>();
            TokenHash code;
            boolean spending;
            boolean spent;
            boolean revoking;
            boolean revoked;

            OfGrant(String id) {
                this.id = id;
            }

            void add(String[] words) {
                switch (words[0]) {
                    case "granted" -> code = hash(words[2]);
                    case "spending" -> spending = true;
                    case "spent" -> spent = true;
                    case "access" -> access.add(hash(words[2]));
                    case "refresh" -> refresh.add(hash(words[2]));
                    case "used" -> used.add(hash(words[2]));
                    case "revoking-access" -> access.remove(hash(words[2]));
                    case "revoked-access" -> revokedAccess.add(hash(words[2]));
                    case "revoking" -> revoking = true;
                    case "revoked" -> revoked = true;
                    default -> throw new AssertionError("the child said " + String.join(" ", words));
                }
            }
        }
    }
}
