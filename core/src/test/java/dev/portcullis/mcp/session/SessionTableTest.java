package dev.portcullis.mcp.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.ClientCapabilities;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SessionTableTest {
    private static Session session(String id) {
        return new Session(
                id,
                "key of " + id,
                ProtocolVersion.V2025_11_25,
                new ClientCapabilities(0),
                1_000,
                new Session.Owner("https://issuer.example", "ada", "client-1"));
    }

    @Test
    void putWhenFullThenNeverHoldsMoreAndSparesWhatIsUsed() {
        var table = new SessionTable(100);
        var busy = new ArrayList<Session>();
        for (int i = 0; i < 10; i++) {
            busy.add(session("busy " + i));
            table.put(busy.get(i));
        }
        for (int i = 0; i < 10_000; i++) {
            table.put(session("passing " + i));
            if (i % 20 == 0) {
                assertThat(busy)
                        .allSatisfy(one -> assertThat(table.get(one.id())).isSameAs(one));
            }
        }
        assertThat(table.size()).isEqualTo(100);
    }

    @Test
    void putWhenFullAndNothingIsUsedThenTheOldestGoes() {
        var table = new SessionTable(3);
        for (int i = 0; i < 5; i++) {
            table.put(session("s" + i));
        }
        assertThat(table.get("s0")).isNull();
        assertThat(table.get("s1")).isNull();
        assertThat(List.of("s2", "s3", "s4"))
                .allSatisfy(id -> assertThat(table.get(id)).isNotNull());
    }

    @Test
    void putWhenAllAreUsedThenEndsAndHoldsTheNewest() {
        var table = new SessionTable(2);
        for (int i = 0; i < 5; i++) {
            table.put(session("s" + i));
            assertThat(table.get("s" + i)).isNotNull();
        }
        assertThat(table.size()).isEqualTo(2);
    }

    @Test
    void getWhenIdsHaveTheSameHashThenTellsThemApart() {
        var table = new SessionTable(10);
        var first = session("Aa");
        var second = session("BB"); // the same hash code
        table.put(first);
        assertThat(table.get("BB")).isNull();
        table.put(second);
        assertThat(table.get("Aa")).isSameAs(first);
        assertThat(table.get("BB")).isSameAs(second);
        table.remove("Aa");
        assertThat(table.get("Aa")).isNull();
        assertThat(table.get("BB")).isSameAs(second);
    }

    @Test
    void anyWhenRandomThenHoldsNothingThatWasTakenOutAndAllElseWhileThereIsRoom() {
        var random = new Random(7);
        var table = new SessionTable(64);
        Map<String, Session> held = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            String id = "s" + random.nextInt(64);
            switch (random.nextInt(3)) {
                case 0 -> {
                    var session = held.getOrDefault(id, session(id));
                    table.put(session);
                    held.put(id, session);
                }
                case 1 -> {
                    table.remove(id);
                    held.remove(id);
                }
                default -> assertThat(table.get(id)).isSameAs(held.get(id));
            }
            assertThat(table.size()).isEqualTo(held.size());
        }
    }
}
