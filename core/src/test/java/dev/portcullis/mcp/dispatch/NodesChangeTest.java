package dev.portcullis.mcp.dispatch;

import static dev.portcullis.mcp.dispatch.AskFixture.ALL;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.ADA;
import static dev.portcullis.mcp.dispatch.DispatcherFixture.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cluster.Bus;
import dev.portcullis.cluster.JoinedBuses;
import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.model.ResourceContents;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.Change;
import dev.portcullis.mcp.registry.PromptRegistry;
import dev.portcullis.mcp.registry.ResourceCall;
import dev.portcullis.mcp.registry.ResourceDefinition;
import dev.portcullis.mcp.registry.ResourceHandler;
import dev.portcullis.mcp.registry.ResourceRegistry;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.mcp.session.Attachment;
import dev.portcullis.mcp.session.EventReader;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.telemetry.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** H-75, H-78, H-120, H-132, T-41: changes announced on one node, for clients that listen on others. */
class NodesChangeTest {
    private static final String ALL_LISTS =
            "\"toolsListChanged\":true,\"promptsListChanged\":true,\"resourcesListChanged\":true";

    private final JoinedBuses buses = new JoinedBuses();
    private final JoinedBuses.Node busA = buses.join();
    private final JoinedBuses.Node busB = buses.join();
    private final JoinedBuses.Node busC = buses.join();
    private volatile boolean adaMay = true;
    private final Catalog catalogOfA = catalog();
    private final AskFixture a = node(busA, catalogOfA);
    private final AskFixture b = node(busB, catalog());
    private final AskFixture c = node(busC, catalog());

    private static Catalog catalog() {
        return new Catalog(
                ToolRegistry.of(TestTool.add()),
                PromptRegistry.of(List.of()),
                ResourceRegistry.of(List.of(resource("test://open"), resource("test://adas"))));
    }

    private static ResourceHandler resource(String uri) {
        return new ResourceHandler() {
            @Override
            public ResourceDefinition definition() {
                return ResourceDefinition.of(uri, uri.substring(7), "A resource", null);
            }

            @Override
            public List<ResourceContents> read(ResourceCall call) {
                return List.of();
            }
        };
    }

    private AskFixture node(Bus bus, Catalog catalog) {
        return new AskFixture(
                bus,
                null,
                catalog,
                (who, action) -> action instanceof Action.ReadResource(String uri, var _)
                                && uri.equals("test://adas")
                                && !(adaMay && who.equals(ADA))
                        ? new Decision.Deny("hers")
                        : Decision.ALLOW);
    }

    @AfterEach
    void close() {
        List.of(a, b, c).forEach(AskFixture::close);
        buses.close();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as(what).isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private static RecordingSink listen(AskFixture node, Principal who, String filter) {
        var sink = new RecordingSink();
        node.dispatch(
                ProtocolVersion.V2026_07_28,
                null,
                who,
                ALL,
                "subscriptions/listen",
                "{\"notifications\":{" + filter + "}}",
                sink);
        assertThat(sink.notifications).hasSize(1); // the acknowledgement
        return sink;
    }

    private static List<String> heard(RecordingSink sink) {
        return sink.notifications.stream()
                .skip(1)
                .map(each -> AskFixture.member(each, "method").cursor().string()
                        + (each.contains("\"uri\"")
                                ? " "
                                        + AskFixture.member(each, "params", "uri")
                                                .cursor()
                                                .string()
                                : ""))
                .toList();
    }

    /** A session's standalone stream on a node. @return what is told there */
    private static List<String> attach(AskFixture node, Principal who, String... uris) {
        var session = node.session(ProtocolVersion.V2025_11_25, who);
        for (String uri : uris) {
            assertThat(node.sessions.subscribe(session, who, uri)).isTrue();
        }
        var told = new CopyOnWriteArrayList<String>();
        var attached = (Attachment.Attached) node.sessions.attach(session, who, null);
        attached.reading().start(new EventReader() {
            @Override
            public boolean hasRoom() {
                return true;
            }

            @Override
            public void event(String id, byte[] message) {
                told.add(new String(message, StandardCharsets.UTF_8));
            }

            @Override
            public void letGo(@Nullable String id, int retryMillis) {}

            @Override
            public void end() {}
        });
        return told;
    }

    @Test
    void announceWhenClientsListenOnOtherNodesThenAllThatMayHearOfIt() {
        var onA = listen(a, ADA, "\"resourceSubscriptions\":[\"test://adas\"]");
        var onB = listen(b, ADA, ALL_LISTS + ",\"resourceSubscriptions\":[\"test://open\",\"test://adas\"]");
        var bobs = listen(b, BOB, "\"resourcesListChanged\":true,\"resourceSubscriptions\":[\"test://open\"]");
        var onC = attach(c, ADA, "test://adas");
        catalogOfA.changes().resourceUpdated("test://adas");
        await("all of Ada's hear", () -> heard(onA).size() == 1 && heard(onB).size() == 1 && onC.size() == 1);
        assertThat(heard(onB)).containsExactly("notifications/resources/updated test://adas");
        assertThat(onC.getFirst()).contains("notifications/resources/updated", "test://adas");
        adaMay = false; // T-41: asked on the node that tells
        catalogOfA.changes().resourceUpdated("test://adas");
        catalogOfA.changes().announce(new Change.ResourceList());
        await("lists are for all", () -> heard(onB).size() == 2 && heard(bobs).size() == 1 && onC.size() == 2);
        assertThat(heard(onA)).hasSize(1);
        assertThat(heard(onB).getLast()).isEqualTo("notifications/resources/list_changed");
        assertThat(heard(bobs)).containsExactly("notifications/resources/list_changed");
        assertThat(onC.getLast()).contains("notifications/resources/list_changed");
    }

    // those here are told whatever becomes of the bus
    @Test
    void announceWhenBusFailsThenThisNodeHearsAndOthersAreCounted() {
        var onA = listen(a, ADA, "\"resourceSubscriptions\":[\"test://open\"]");
        var onB = listen(b, ADA, "\"resourceSubscriptions\":[\"test://open\"]");
        busA.cut();
        catalogOfA.changes().resourceUpdated("test://open");
        await("A hears", () -> heard(onA).size() == 1);
        await("it is counted", () -> a.refusals.contains(Outcome.CHANGE_DROPPED));
        busA.mend();
        catalogOfA.changes().resourceUpdated("test://open");
        await("B hears", () -> heard(onB).size() == 1);
        await("A hears again", () -> heard(onA).size() == 2);
    }

    @Test
    void missedWhenClientsListenThenToldThatAllTheyFollowMayHaveChanged() {
        var everything = listen(b, ADA, ALL_LISTS + ",\"resourceSubscriptions\":[\"test://open\",\"test://adas\"]");
        var one = listen(b, BOB, "\"resourceSubscriptions\":[\"test://open\"]");
        var elsewhere = listen(c, ADA, ALL_LISTS);
        adaMay = false;
        busB.miss();
        await("told", () -> heard(everything).size() == 3 && heard(one).size() == 1);
        assertThat(heard(everything)) // there are no prompts, and what is Ada's no more is not said to have changed
                .containsExactly(
                        "notifications/tools/list_changed",
                        "notifications/resources/list_changed",
                        "notifications/resources/updated test://open");
        assertThat(heard(one)).containsExactly("notifications/resources/updated test://open");
        assertThat(heard(elsewhere)).isEmpty();
    }

    // whoever announces waits for nobody, and what is announced again before its turn is told once
    @Test
    void announceWhenVeryManyComeAtOnceThenTheLastIsHeardAndNoneWaits() {
        var onB = listen(b, ADA, "\"resourcesListChanged\":true,\"resourceSubscriptions\":[\"test://open\"]");
        for (int i = 0; i < 5_000; i++) {
            catalogOfA.changes().resourceUpdated("test://open");
        }
        catalogOfA.changes().announce(new Change.ResourceList());
        await("the last is heard", () -> heard(onB).contains("notifications/resources/list_changed"));
        assertThat(heard(onB)).contains("notifications/resources/updated test://open");
    }
}
