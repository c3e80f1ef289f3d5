package dev.portcullis.mcp.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.jsonrpc.JsonRpcMessage;
import dev.portcullis.mcp.McpException;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.revision.Revisions;
import dev.portcullis.mcp.session.MemorySessionStore;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.SessionLimits;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.mcp.task.MemoryTaskStore;
import dev.portcullis.mcp.task.TaskLimits;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.telemetry.Telemetry;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** H-107, T-32: what it leaves behind when clients begin sessions and never come back. */
class AbandonedSessionsTest {
    private static final int SESSIONS = 1_000_000;
    private static final int PEOPLE = 1_000;

    /** A tenth of what a million entries of the smallest kind would take; what is kept at hand of live sessions would not fit either. */
    private static final long LEFT_BYTES_MAX = 16L << 20;

    private static final JsonRpcMessage.Request INITIALIZE = DispatcherFixture.request("initialize", """
            {"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}""");
    private static final JsonRpcMessage.Request SET_LEVEL =
            DispatcherFixture.request("logging/setLevel", "{\"level\":\"info\"}");

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private Instant now = Instant.now();
    private final InstantSource clock = () -> now;
    private final Revisions revisions = new Revisions(new ServerInfo("portcullis", "Portcullis", "0.1.0", null));
    private final Sessions sessions;
    private final McpDispatcher dispatcher;
    private int answers;

    AbandonedSessionsTest() {
        var key = new MasterKey("0123456789abcdef0123456789abcdef");
        var store = new MemorySessionStore(SessionLimits.DEFAULT, clock);
        sessions = new Sessions(key, store, SessionLimits.DEFAULT, clock);
        dispatcher = new McpDispatcher(
                new ServerInfo("portcullis", "Portcullis", "0.1.0", null),
                key,
                revisions,
                sessions,
                Shared.alone(new MemoryTaskStore(TaskLimits.DEFAULT, clock)),
                Catalog.of(TestTool.add()),
                RulePolicy.openToAll(),
                CallLimits.DEFAULT,
                new CallThreads(Runnable::run, timer),
                Telemetry.NONE);
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void sessionsWhenAMillionAreAbandonedThenHeapIsBackWhereItWas() throws McpException {
        abandon(20_000);
        passADay();
        long beforeBytes = usedBytes();

        answers = 0;
        abandon(SESSIONS);
        assertThat(answers).isEqualTo(SESSIONS + SESSIONS / 10);
        passADay();

        assertThat(usedBytes() - beforeBytes).isLessThan(LEFT_BYTES_MAX);
    }

    /** Begins sessions; every tenth is one that something must be remembered of. */
    private void abandon(int count) throws McpException {
        for (int i = 0; i < count; i++) {
            var who = DispatcherFixture.person("person " + i % PEOPLE);
            var session = dispatcher.openSession(RequestParams.of(INITIALIZE.params()), who);
            dispatcher.dispatch(INITIALIZE, context(INITIALIZE, who, session));
            assertThat(sessions.find(session.id(), who)).isNotNull();
            if (i % 10 == 0) {
                dispatcher.dispatch(SET_LEVEL, context(SET_LEVEL, who, session));
            }
        }
    }

    private CallContext context(JsonRpcMessage.Request request, Principal who, Session session) {
        return new CallContext(
                revisions.of(session.version()),
                who,
                session,
                session.clientCapabilities(),
                RequestParams.of(request.params()),
                ArgumentHeaders.NONE,
                new Counting());
    }

    private void passADay() {
        now = now.plusSeconds(24 * 60 * 60);
        sessions.sweep();
    }

    private static long usedBytes() {
        var memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < 3; i++) {
            memory.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }

    private final class Counting implements ReplySink {
        @Override
        public void answer(int status, JsonWriter message) {
            answers++;
        }

        @Override
        public void notification(JsonWriter message, Slack slack) {}

        @Override
        public boolean request(JsonWriter message) {
            return false;
        }

        @Override
        public void letClientPoll(int retryMillis) {}

        @Override
        public void needScope(Scopes needed) {}

        @Override
        public void withdrawn() {}
    }
}
