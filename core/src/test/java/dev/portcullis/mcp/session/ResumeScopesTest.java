package dev.portcullis.mcp.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.policy.ScopeHierarchy;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** T-88, T-41: what a call has said on its stream is not read on with a token that could not have called it. */
class ResumeScopesTest {
    private final MemorySessionStore store = new MemorySessionStore(SessionLimits.DEFAULT, InstantSource.system());
    private final Session session =
            SessionStoreContract.session("key", System.currentTimeMillis() / 1_000 + 600, ada(""));

    private static Principal ada(String scopes) {
        return SessionStoreContract.person("ada", Scopes.parse(scopes));
    }

    @Test
    void attachWhenTheTokenHasFewerScopesThanTheOneThatAskedThenTheEventIsUnknown() {
        var stream = Objects.requireNonNull(store.openStream(session, Scopes.of("x:read", "mcp"), List.of()));
        String begin = stream.read().position();
        stream.add("{}".getBytes(StandardCharsets.UTF_8), null, false);

        for (String fewer : List.of("", "mcp", "x:read", "mcp x:read-all", "mcp X:READ")) {
            assertThat(store.attach(session, ada(fewer), begin)).as(fewer).isInstanceOf(Attachment.UnknownEvent.class);
        }
        assertThat(store.attach(session, ada("more mcp x:read"), begin)).isInstanceOf(Attachment.Attached.class);
    }

    /** O-23: who holds more than the one that asked reads on as well, if the operator said that it is more. */
    @Test
    void attachWhenTheScopesAreWithinOthersThenTheStreamIsReadOn() {
        var hierarchy = new ScopeHierarchy(Map.of("x:write", Set.of("x:read")));
        var knowing = new MemorySessionStore(
                SessionLimits.DEFAULT, InstantSource.system(), RulePolicy.of(List.of(), true, hierarchy));
        var stream = Objects.requireNonNull(knowing.openStream(session, Scopes.of("x:read"), List.of()));
        String begin = stream.read().position();
        stream.add("{}".getBytes(StandardCharsets.UTF_8), null, false);
        var writing = Objects.requireNonNull(knowing.openStream(session, Scopes.of("x:write"), List.of()));
        String beginOfWriting = writing.read().position();
        writing.add("{}".getBytes(StandardCharsets.UTF_8), null, false);

        assertThat(knowing.attach(session, ada("x:write"), begin)).isInstanceOf(Attachment.Attached.class);
        assertThat(knowing.attach(session, ada("x:read"), beginOfWriting)).isInstanceOf(Attachment.UnknownEvent.class);
        assertThat(knowing.attach(session, ada("x"), begin)).isInstanceOf(Attachment.UnknownEvent.class);
    }

    /** The standalone stream has only what its reader may hear, asked anew for whoever reads it now. */
    @Test
    void tellWhenTheStandaloneStreamIsReadOnByAnotherTokenThenThatOneIsAskedAbout() {
        var first = (Attachment.Attached) store.attach(session, ada("x:read"), null);
        var asked = new ArrayList<String>();

        store.attach(session, ada("mcp"), first.reading().position());
        store.tell(new Notice(null, "key", "{}".getBytes(StandardCharsets.UTF_8), principal -> {
            asked.add(principal.scopes().toString());
            return false;
        }));

        assertThat(asked).containsExactly("mcp");
    }

    /** O-145: while nobody has read who the person is now, nothing is told. */
    @Test
    void tellWhenTheListenerIsUnknownThenNobodyIsAskedAboutUntilSomebodyIs() {
        store.attach(session, ada("x:read"), null);
        var asked = new ArrayList<String>();
        var notice = new Notice(null, "key", "{}".getBytes(StandardCharsets.UTF_8), principal -> {
            asked.add(principal.scopes().toString());
            return false;
        });

        store.hearAs(session, null);
        store.tell(notice);
        assertThat(asked).isEmpty();

        store.hearAs(session, ada("mcp"));
        store.tell(notice);
        assertThat(asked).containsExactly("mcp");
    }
}
