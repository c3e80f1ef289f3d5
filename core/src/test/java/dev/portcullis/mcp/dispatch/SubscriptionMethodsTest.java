package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.BOB;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.PromptRegistry;
import dev.portcullis.mcp.registry.ResourceCall;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ResourceHandler;
import dev.portcullis.mcp.registry.ResourceRegistry;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.mcp.session.Attachment;
import dev.portcullis.mcp.session.EventReader;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.SessionLimits;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** H-75 to H-81, H-120, H-132, T-41. */
class SubscriptionMethodsTest {
    private static final String ID = "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":7}";

    private final Catalog catalog = new Catalog(
            ToolRegistry.of(TestTool.add()),
            PromptRegistry.of(List.of()),
            ResourceRegistry.of(List.of(
                    resource(ResourceDefinition.of("test://open", "open", "Open", null)),
                    resource(ResourceDefinition.of("test://adas", "adas", "Ada's", null)),
                    resource(ResourceDefinition.template("test://each/{id}", "each", "Each", null)))));

    /** Ada's resource is hers while she may have it. */
    private volatile boolean adaMay = true;

    private final DispatcherFixture fixture = new DispatcherFixture(
            (who, action) -> action instanceof Action.ReadResource(String uri, var _)
                            && uri.equals("test://adas")
                            && !(adaMay && who.equals(ADA))
                    ? new Decision.Deny("hers")
                    : Decision.ALLOW,
            command -> Thread.ofVirtual().start(command),
            catalog,
            SessionLimits.DEFAULT.withStreams(100, 5));

    private static ResourceHandler resource(ResourceDefinition definition) {
        return new ResourceHandler() {
            @Override
            public ResourceDefinition definition() {
                return definition;
            }

            @Override
            public List<ResourceContents> read(ResourceCall call) {
                return List.of();
            }
        };
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as(what).isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private PendingCall listen(Principal who, String filter, RecordingSink sink) {
        var pending = fixture.dispatch(
                ProtocolVersion.V2026_07_28,
                who,
                request("subscriptions/listen", "{\"notifications\":" + filter + "}"),
                sink);
        assertThat(pending).as(sink.ends.toString()).isNotNull();
        return pending;
    }

    private String refused(String params) throws Exception {
        return fixture.call(ProtocolVersion.V2026_07_28, ADA, "subscriptions/listen", params);
    }

    /** Changes something that everybody in these tests hears of, so that what came before has been told. */
    private void flush(RecordingSink sink) {
        var probe = new RecordingSink();
        var pending = listen(BOB, "{\"resourcesListChanged\":true}", probe);
        catalog.changes().announce(new dev.portcullis.mcp.registry.Change.ResourceList());
        await("the probe hears", () -> probe.notifications.size() == 2);
        pending.cancel();
        assertThat(sink.ends).isEmpty();
    }

    // H-76, H-77, H-78
    @Test
    void listenWhenThingsChangeThenTellsWhatWasAskedFor() {
        var sink = new RecordingSink();
        listen(
                ADA,
                "{\"toolsListChanged\":true,\"promptsListChanged\":true,\"resourcesListChanged\":false,"
                        + "\"resourceSubscriptions\":[\"test://open\",\"test://none\",\"test://each/1\",\"test://open\"],\"other\":1}",
                sink);
        assertThat(sink.notifications)
                .containsExactly(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":{\"notifications\":"
                                + "{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"test://open\",\"test://each/1\"]},"
                                + ID + "}}");
        catalog.removeTool("add");
        catalog.changes().announce(new dev.portcullis.mcp.registry.Change.PromptList());
        catalog.changes().resourceUpdated("test://each/2");
        catalog.changes().resourceUpdated("test://each/1");
        await("both told", () -> sink.notifications.size() == 3);
        flush(sink);
        assertThat(sink.notifications.subList(1, sink.notifications.size()))
                .containsExactly(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\",\"params\":{" + ID + "}}",
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"test://each/1\","
                                + ID + "}}");
    }

    // H-80
    @Test
    void listenWhenFilterIsEmptyThenStaysOpen() {
        var sink = new RecordingSink();
        listen(ADA, "{}", sink);
        assertThat(sink.notifications).hasSize(1).first().asString().contains("\"notifications\":{},");
        catalog.removeTool("add");
        flush(sink);
        assertThat(sink.notifications).hasSize(1);
    }

    // H-75, H-80, H-14
    @Test
    void listenWhenItCannotBeThenRefuses() throws Exception {
        for (String odd : List.of(
                "{}",
                "{\"notifications\":[]}",
                "{\"notifications\":{\"toolsListChanged\":1}}",
                "{\"notifications\":{\"promptsListChanged\":null}}",
                "{\"notifications\":{\"resourceSubscriptions\":\"x\"}}",
                "{\"notifications\":{\"resourceSubscriptions\":[\"x\",1]}}",
                "{\"notifications\":{\"taskIds\":[{}]}}")) {
            assertThat(refused(odd)).as(odd).startsWith("200 ").contains("\"code\":-32602");
        }
        assertThat(refused("{\"notifications\":{\"taskIds\":[\"t\"]}}"))
                .startsWith("400 ")
                .contains("\"code\":-32021", "{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}");
        try (var bare = new DispatcherFixture()) {
            assertThat(bare.call(ProtocolVersion.V2026_07_28, ADA, "subscriptions/listen", "{\"notifications\":{}}"))
                    .startsWith("404 ")
                    .contains("-32601");
        }
        var noStream = new RecordingSink() {
            @Override
            public boolean takesStream() {
                return false;
            }
        };
        fixture.dispatch(
                ProtocolVersion.V2026_07_28, ADA, request("subscriptions/listen", "{\"notifications\":{}}"), noStream);
        assertThat(noStream.ends).singleElement().asString().startsWith("406 ");
    }

    // H-81, T-32
    @Test
    void listenWhenPersonHasTooManyThenRefusesUntilOneEnds() throws Exception {
        var open = new ArrayList<PendingCall>();
        for (int i = 0; i < 5; i++) {
            open.add(listen(ADA, "{}", new RecordingSink()));
        }
        assertThat(refused("{\"notifications\":{}}")).startsWith("429 ").contains("-32603");
        listen(BOB, "{}", new RecordingSink());
        open.getFirst().cancel();
        open.getFirst().cancel();
        listen(ADA, "{}", new RecordingSink());
        assertThat(refused("{\"notifications\":{}}")).startsWith("429 ");
    }

    // T-41
    @Test
    void listenWhenPermissionEndsThenHearsNoMore() {
        var adas = new RecordingSink();
        var bobs = new RecordingSink();
        String filter = "{\"resourceSubscriptions\":[\"test://adas\",\"test://open\"]}";
        listen(ADA, filter, adas);
        listen(BOB, filter, bobs);
        assertThat(bobs.notifications).first().asString().contains("[\"test://open\"]");
        catalog.changes().resourceUpdated("test://adas");
        await("Ada hears", () -> adas.notifications.size() == 2);
        adaMay = false;
        catalog.changes().resourceUpdated("test://adas");
        catalog.changes().resourceUpdated("test://open");
        await("both hear of the other", () -> adas.notifications.size() == 3 && bobs.notifications.size() == 2);
        assertThat(adas.notifications.getLast()).contains("test://open");
    }

    // H-79
    @Test
    void listenWhenTokenOrServerEndsThenGivesItsResultOnce() throws Exception {
        var first = new RecordingSink();
        var second = new RecordingSink();
        var third = new RecordingSink();
        var pending = listen(ADA, "{\"toolsListChanged\":true}", first);
        listen(ADA, "{\"toolsListChanged\":true}", second);
        listen(ADA, "{\"toolsListChanged\":true}", third).cancel();
        pending.end();
        pending.end();
        pending.cancel();
        fixture.dispatcher.endStreams();
        String result = "200 {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"resultType\":\"complete\",\"_meta\":{"
                + "\"io.modelcontextprotocol/serverInfo\":";
        String end = ",\"io.modelcontextprotocol/subscriptionId\":7}}}";
        assertThat(first.ends).singleElement().asString().startsWith(result).endsWith(end);
        assertThat(second.ends).singleElement().asString().startsWith(result).endsWith(end);
        assertThat(third.ends).isEmpty();
        catalog.removeTool("add");
        assertThat(refused("{\"notifications\":{}}")).startsWith("429 "); // it opens no more
        assertThat(first.notifications).hasSize(1);
    }

    // H-81: announcing never waits, and what waits is told once
    @Test
    void announceWhenAListenerIsStuckThenGoesOnAndIsToldOnce() throws Exception {
        var stuck = new java.util.concurrent.CountDownLatch(1);
        var slow = new RecordingSink() {
            @Override
            public void notification(dev.portcullis.json.JsonWriter message, Slack slack) {
                try {
                    if (message.toString().contains("list_changed")) {
                        stuck.await(20, TimeUnit.SECONDS);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                super.notification(message, slack);
            }
        };
        listen(ADA, "{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"test://open\"]}", slow);
        catalog.removeTool("add");
        for (int i = 0; i < 100_000; i++) {
            catalog.changes().resourceUpdated("test://open");
        }
        stuck.countDown();
        await("told", () -> slow.notifications.size() >= 3);
        var probe = new RecordingSink();
        listen(BOB, "{\"resourcesListChanged\":true}", probe);
        catalog.changes().announce(new dev.portcullis.mcp.registry.Change.ResourceList());
        await("the probe hears", () -> probe.notifications.size() == 2);
        assertThat(slow.notifications).hasSizeLessThan(10);
    }

    /** Reads all there is. */
    private static final class Reader implements EventReader {
        final List<String> got = new CopyOnWriteArrayList<>();

        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void event(String id, byte[] message) {
            got.add(new String(message, StandardCharsets.UTF_8));
        }

        @Override
        public void letGo(@Nullable String id, int retryMillis) {}

        @Override
        public void end() {}
    }

    private String inSession(Session session, Principal who, String method, String params) throws Exception {
        var sink = new RecordingSink();
        var request = request(method, params);
        fixture.dispatcher.dispatch(request, fixture.context(session.version(), who, session, request, sink));
        return sink.awaitEnd();
    }

    // H-120, H-132
    @Test
    void subscribeWhenResourceChangesThenIsToldOnTheStandaloneStream() throws Exception {
        var session = fixture.session(ProtocolVersion.V2025_11_25, ADA);
        assertThat(inSession(session, ADA, "resources/subscribe", "{\"uri\":\"test://adas\"}"))
                .isEqualTo("200 {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
        var reader = new Reader();
        ((Attachment.Attached) fixture.sessions.attach(session, ADA, null))
                .reading()
                .start(reader);
        catalog.changes().resourceUpdated("test://open");
        catalog.changes().resourceUpdated("test://adas");
        await("told", () -> reader.got.size() == 1);
        catalog.removeTool("add");
        await("told", () -> reader.got.size() == 2);
        adaMay = false;
        catalog.changes().resourceUpdated("test://adas"); // T-41
        catalog.removeResource("test://open");
        await("told", () -> reader.got.size() == 3);
        assertThat(reader.got)
                .containsExactly(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"test://adas\"}}",
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\",\"params\":{}}",
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/list_changed\",\"params\":{}}");
    }

    // H-180, H-132
    @Test
    void subscribeWhenResourceIsUnknownOrHiddenThenIsNotFound() throws Exception {
        var session = fixture.session(ProtocolVersion.V2025_11_25, BOB);
        for (String uri : List.of("test://none", "test://adas", "test://each/{id}")) {
            assertThat(inSession(session, BOB, "resources/subscribe", "{\"uri\":\"" + uri + "\"}"))
                    .as(uri)
                    .startsWith("200 ")
                    .contains("\"code\":-32002", "\"data\":{\"uri\":\"" + uri + "\"}");
        }
        assertThat(inSession(session, BOB, "resources/subscribe", "{\"uri\":1}"))
                .contains("-32602");
        assertThat(inSession(session, BOB, "resources/unsubscribe", "{\"uri\":\"test://none\"}"))
                .isEqualTo("200 {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
        assertThat(fixture.call(ProtocolVersion.V2026_07_28, ADA, "resources/subscribe", "{\"uri\":\"test://open\"}"))
                .startsWith("404 "); // H-47
    }
}
