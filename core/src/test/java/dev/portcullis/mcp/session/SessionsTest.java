package dev.portcullis.mcp.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.model.LogLevel;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private static final Principal ADA = person("https://issuer.example", "ada", "client-1");
    private static final SessionLimits LIMITS =
            new SessionLimits(3_600, 600, 100, 3, 10, 4, 3, 10, 2, EventLimits.DEFAULT);

    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private final MasterKey key = new MasterKey("0123456789abcdef0123456789abcdef");
    private final Sessions sessions = sessions(key);

    private Sessions sessions(MasterKey masterKey) {
        InstantSource clock = () -> now;
        return new Sessions(masterKey, new MemorySessionStore(LIMITS, clock), LIMITS, clock);
    }

    private static Principal person(String issuer, String subject, String clientId) {
        return new Principal(new Identity(issuer, subject, null, null, List.of()), clientId, "grant", Scopes.NONE);
    }

    private Session open(Principal principal) {
        return sessions.open(ProtocolVersion.V2025_06_18, new ClientCapabilities(21), principal);
    }

    // H-101, design decision 4: any node that has the key knows the session by its id alone
    @Test
    void findWhenOnAnotherNodeThenKnowsAllOfIt() {
        var session = open(ADA);
        assertThat(session.id()).matches("[A-Za-z0-9_-]{82}");
        assertThat(sessions(key).find(session.id(), ADA)).isEqualTo(session);
        assertThat(sessions.find(session.id(), ADA)).isEqualTo(session);
        assertThat(sessions.find(session.id(), ADA)).isEqualTo(session); // from the table
        assertThat(session.clientCapabilities().bits()).isEqualTo(21);
        assertThat(session.version()).isEqualTo(ProtocolVersion.V2025_06_18);
    }

    @Test
    void openWhenRepeatedThenIdsAndKeysDiffer() {
        var seen = new HashSet<String>();
        for (int i = 0; i < 1_000; i++) {
            var session = open(ADA);
            assertThat(seen.add(session.id()) && seen.add(session.key())).isTrue();
        }
    }

    // H-103, T-33: also once the id is in the table
    @Test
    void findWhenSomebodyElseThenNull() {
        var session = open(ADA);
        var others = List.of(
                person("https://issuer.example", "bob", "client-1"),
                person("https://issuer.example", "ada", "client-2"),
                person("https://other.example", "ada", "client-1"),
                person("https://issuer.examplea", "da", "client-1"),
                person("https://issuer.example", "adac", "lient-1"));
        for (int round = 0; round < 2; round++) {
            for (var other : others) {
                assertThat(sessions.find(session.id(), other)).isNull();
            }
            assertThat(sessions.find(session.id(), ADA)).isNotNull();
        }
    }

    @Test
    void findWhenAnyCharacterIsChangedThenNull() {
        String id = open(ADA).id();
        for (int i = 0; i < id.length() - 1; i++) { // the last character has bits that mean nothing
            char other = id.charAt(i) == 'A' ? 'B' : 'A';
            String changed = id.substring(0, i) + other + id.substring(i + 1);
            assertThat(sessions.find(changed, ADA)).as("character %d", i).isNull();
        }
        for (String odd : List.of("", "x", id + "A", id.substring(1), "!" + id.substring(1), "é".repeat(82))) {
            assertThat(sessions.find(odd, ADA)).isNull();
        }
        assertThat(sessions(new MasterKey("another key, another key, another")).find(id, ADA))
                .isNull();
    }

    // H-107
    @Test
    void findWhenExpiredThenNull() {
        var session = open(ADA);
        now = now.plusSeconds(3_599);
        assertThat(sessions.find(session.id(), ADA)).isNotNull();
        now = now.plusSeconds(1);
        assertThat(sessions.find(session.id(), ADA)).isNull();
    }

    // H-105
    @Test
    void findWhenEndedThenNullUntilForgotten() {
        var first = open(ADA);
        sessions.end(first);
        assertThat(sessions.find(first.id(), ADA)).isNull();
        for (int i = 0; i < 3; i++) { // the table of ended sessions holds three
            sessions.end(open(ADA));
        }
        assertThat(sessions.find(first.id(), ADA)).isNotNull(); // lives again, for its owner alone
    }

    @Test
    void findWhenTheIdWasForgottenAndTheSessionIsRememberedThenIsTheObjectThatIsRemembered() {
        var session = open(ADA);
        sessions.setLogLevel(session, LogLevel.ERROR);
        assertThat(sessions.find(session.id(), ADA)).isSameAs(session);
    }

    // H-131
    @Test
    void logLevelWhenSetThenIsThatSessionsAlone() {
        var session = open(ADA);
        assertThat(sessions.logLevel(session)).isEqualTo(LogLevel.WARNING);
        assertThat(sessions.setLogLevel(session, LogLevel.DEBUG)).isTrue();
        assertThat(sessions.logLevel(session)).isEqualTo(LogLevel.DEBUG);
        assertThat(sessions.logLevel(open(ADA))).isEqualTo(LogLevel.WARNING);
    }

    // H-132
    @Test
    void subscribeWhenTooManyThenFalse() {
        var session = open(ADA);
        for (int i = 0; i < 3; i++) {
            assertThat(sessions.subscribe(session, ADA, "test://" + i)).isTrue();
        }
        assertThat(sessions.subscribe(session, ADA, "test://1")).isTrue(); // again is nothing new
        assertThat(sessions.subscribe(session, ADA, "test://3")).isFalse();
        sessions.unsubscribe(session, "test://0");
        assertThat(sessions.subscribe(session, ADA, "test://3")).isTrue();
    }
}
