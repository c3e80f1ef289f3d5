package dev.portcullis.mcp.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.session.SessionStoreContract.Connection;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** T-30, T-31: what a later event makes needless is not kept, read or not, since whoever comes back (H-122) needs the later one alone. */
class ReplacedEventsTest {
    private static final Principal ADA = SessionStoreContract.person("ada");

    private final MemorySessionStore store = new MemorySessionStore(SessionLimits.DEFAULT, InstantSource.system());
    private final Session session =
            SessionStoreContract.session("key", System.currentTimeMillis() / 1_000 + 3_600, ADA);

    @Test
    void tellWhenTheSameWasToldAndReadThenTheEarlierIsKeptNoMore() {
        var client = attach(null);

        tell("tools", 1_000);
        tell("prompts", 1_000);

        assertThat(client.got).hasSize(2_000);
        assertThat(keptEvents()).isEqualTo(2);
    }

    @Test
    void attachWhenEventsAfterTheLastReadWereReplacedThenGetsTheNewestOfEach() {
        var lost = attach(null);
        tell("tools", 3);
        tell("prompts", 2);
        assertThat(lost.got).containsExactly("tools 1", "tools 2", "tools 3", "prompts 1", "prompts 2");

        assertThat(attach(lost.ids.get(0)).got).containsExactly("tools 3", "prompts 2");
        assertThat(attach(lost.ids.get(2)).got).containsExactly("prompts 2");
        assertThat(attach(lost.ids.get(3)).got).containsExactly("prompts 2");
        assertThat(attach(lost.ids.get(4)).got).isEmpty();
    }

    @Test
    void tellWhenNobodyReadsThenTheNewestAloneIsKeptAndComesNext() {
        var gone = attach(null);
        tell("tools", 1);
        gone.close();
        tell("tools", 5);

        assertThat(keptEvents()).isOne();
        assertThat(attach(null).got).containsExactly("tools 5");
    }

    private int keptEvents() {
        return store.sizes().get(4);
    }

    private void tell(String key, int times) {
        for (int i = 1; i <= times; i++) {
            store.tell(new Notice(null, key, SessionStoreContract.bytes(key + " " + i), _ -> true));
        }
    }

    private Connection attach(@Nullable String lastEventId) {
        return SessionStoreContract.attach(store, session, ADA, lastEventId);
    }
}
