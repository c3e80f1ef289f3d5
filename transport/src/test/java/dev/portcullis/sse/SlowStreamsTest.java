package dev.portcullis.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.http.Exchange;
import dev.portcullis.http.PeerProgress;
import dev.portcullis.http.Reply;
import dev.portcullis.http.RequestHead;
import dev.portcullis.http.Route;
import dev.portcullis.http.StreamWriter;
import dev.portcullis.identity.Principal;
import dev.portcullis.mcp.dispatch.Slack;
import dev.portcullis.sse.SseStream.SseLimits;
import dev.portcullis.telemetry.Telemetry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** T-30, with peers that take what they are told to. */
class SlowStreamsTest {
    private static final SseLimits LIMITS = new SseLimits(1_000_000, 10_000, 100, 1_000);
    private static final Slack NONE = new Slack.None();
    private static final Slack DROP = new Slack.Drop();
    private static final Slack PROGRESS = new Slack.Replace("progress");

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

    /** A peer that takes nothing until it is told to. */
    private final class Peer implements Exchange, StreamWriter {
        final EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            protected void doWrite(ChannelOutboundBuffer out) {
                out.removeBytes(taking);
            }
        };
        int taking;
        final List<String> got = new ArrayList<>();
        boolean writable;
        boolean open = true;
        boolean ended;
        Runnable onWritabilityChanged = () -> {};
        Runnable onClose = () -> {};

        Peer() {
            channel.config().setAllocator(allocator);
        }

        SseStream stream() {
            return new SseStreams(LIMITS, Telemetry.NONE).open(this);
        }

        /** What its socket is given counts as waiting until it is taken. */
        void giveSocket(int bytes) {
            channel.writeOneOutbound(Unpooled.buffer(bytes).writeZero(bytes));
        }

        void passQuarters(int count) {
            for (int i = 0; i < count; i++) {
                channel.flush();
                channel.advanceTimeBy(LIMITS.stallMillis() / PeerProgress.LOOKS, TimeUnit.MILLISECONDS);
                channel.runScheduledPendingTasks();
            }
        }

        void take() {
            writable = true;
            onWritabilityChanged.run();
        }

        @Override
        public StreamWriter startStream(Reply head) {
            return this;
        }

        @Override
        public Channel channel() {
            return channel;
        }

        @Override
        public void write(ByteBuf chunk) {
            got.add(chunk.toString(StandardCharsets.UTF_8).replace("data: ", "").strip());
            chunk.release();
        }

        @Override
        public boolean isWritable() {
            return open && writable;
        }

        @Override
        public void onWritabilityChanged(Runnable listener) {
            onWritabilityChanged = listener;
        }

        @Override
        public void onClose(Runnable listener) {
            onClose = listener;
        }

        @Override
        public void end() {
            open = false;
            ended = true;
        }

        @Override
        public void abort() {
            open = false;
            onClose.run();
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public RequestHead head() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Route route() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Principal principal() {
            return Principal.ANONYMOUS;
        }

        @Override
        public void reply(Reply reply) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isAnswered() {
            return true;
        }

        @Override
        public void onDisconnect(Runnable listener) {}
    }

    private static boolean send(SseStream stream, String text, Slack slack) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return stream.send(null, null, bytes, 0, bytes.length, slack);
    }

    @Test
    void sendWhenPeerIsSlowThenLaterReplacesEarlierAndTheNeedlessIsLeftOut() {
        var peer = new Peer();
        var stream = peer.stream();
        assertThat(send(stream, "first", NONE)).isTrue();
        for (int i = 0; i < 10_000; i++) {
            assertThat(send(stream, "progress " + i, PROGRESS)).isTrue();
            assertThat(send(stream, "log " + i, DROP)).isTrue();
        }
        byte[] last = "result".getBytes(StandardCharsets.UTF_8);
        assertThat(stream.push(null, null, last, 0, last.length)).isTrue();
        stream.end();
        peer.take();
        assertThat(peer.got).startsWith("first", "progress 9999", "log 0").endsWith("result");
        assertThat(peer.got).hasSizeLessThanOrEqualTo(60);
        assertThat(peer.ended).isTrue();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    @Test
    void sendWhenPeerKeepsUpThenNothingIsReplaced() {
        var peer = new Peer();
        peer.writable = true;
        var stream = peer.stream();
        for (int i = 0; i < 100; i++) {
            send(stream, "progress " + i, PROGRESS);
        }
        assertThat(peer.got).hasSize(100);
        stream.end();
    }

    @Test
    void sendWhenQueueIsFullThenCutsButNotForTheLastOfAll() {
        var peer = new Peer();
        var stream = peer.stream();
        for (int i = 0; i < 100; i++) {
            assertThat(send(stream, "request " + i, NONE)).isTrue();
        }
        byte[] last = "x".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        assertThat(stream.push(null, null, last, 0, last.length)).isTrue();
        assertThat(send(stream, "one more", NONE)).isFalse();
        assertThat(stream.isOpen()).isFalse();
        assertThat(peer.ended).isFalse();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    // T-30: the response waits until the stall deadline, no longer
    @Test
    void endWhenPeerTakesNothingThenIsCutAtItsDeadline() {
        var peer = new Peer();
        peer.channel.freezeTime();
        var stream = peer.stream();
        send(stream, "result", NONE);
        stream.end();
        peer.passQuarters(PeerProgress.LOOKS);
        assertThat(peer.open).isTrue();
        peer.passQuarters(1);
        assertThat(peer.open).isFalse();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    // T-30: a large result over a thin line takes longer than a stall may last
    @Test
    void endWhenPeerTakesALargeEventSlowlyThenIsNotCutAsLongAsItDoes() {
        var peer = new Peer();
        peer.channel.freezeTime();
        var stream = peer.stream();
        peer.giveSocket(4 << 20);
        send(stream, "result", NONE);
        stream.end();
        peer.taking = (32 << 10) / PeerProgress.LOOKS; // in all of the time as much as makes a full socket writable
        peer.passQuarters(10 * PeerProgress.LOOKS);
        assertThat(peer.open).isTrue();
        peer.taking = 0;
        peer.passQuarters(PeerProgress.LOOKS + 1);
        assertThat(peer.open).isFalse();
        peer.channel.close();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    @Test
    void hasRoomWhenItComesBackThenIsTold() {
        var peer = new Peer();
        var stream = peer.stream();
        var told = new ArrayList<Integer>();
        stream.onRoom(() -> told.add(peer.got.size()));
        for (int i = 0; stream.hasRoom(); i++) {
            send(stream, "event " + i, NONE);
        }
        assertThat(told).isEmpty();
        peer.take();
        assertThat(told).hasSize(1);
        assertThat(stream.hasRoom()).isTrue();
        send(stream, "more", NONE);
        assertThat(told).hasSize(1); // nobody waited for it
        stream.end();
    }

    // T-30: memory stays flat however much is said to however many
    @Test
    void sendWhenFiveHundredPeersStallThenMemoryIsBounded() {
        var streams = new ArrayList<SseStream>();
        for (int i = 0; i < 500; i++) {
            streams.add(new Peer().stream());
        }
        for (int round = 0; round < 300; round++) {
            for (var stream : streams) {
                send(stream, "progress of some length, number " + round, PROGRESS);
                send(stream, "a line of a log, number " + round, DROP);
                send(stream, "test://resource/" + round % 20, new Slack.Replace("updated " + round % 20));
            }
        }
        assertThat(streams).allMatch(SseStream::isOpen);
        assertThat(allocator.metric().usedHeapMemory()).isLessThan(500L * 2 * LIMITS.queuedBytesMax());
        streams.forEach(SseStream::end);
    }
}
