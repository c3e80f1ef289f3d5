package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.telemetry.Telemetry;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** T-4: who takes a large answer slowly is not who takes none of it, though all of it is one buffer. */
class AnswerProgressTest {
    private static final HttpLimits LIMITS = HttpLimits.DEFAULT;
    private static final int PERIODS = 10;

    @Test
    void answerWhenPeerTakesEnoughInEachPeriodThenConnectionStays() {
        var channel = new SlowChannel(LIMITS.writeProgressBytesMin() / PeerProgress.LOOKS);

        for (int i = 0; i < PERIODS; i++) {
            channel.passPeriod();
            assertThat(channel.isOpen()).as("after %s periods", i + 1).isTrue();
        }
        channel.close();
    }

    @Test
    void answerWhenPeerTakesTooLittleThenCut() {
        var channel = new SlowChannel(LIMITS.writeProgressBytesMin() / PeerProgress.LOOKS - 1);

        channel.passPeriod();
        assertThat(channel.isOpen()).isTrue();
        channel.passQuarter();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void answerWhenOnlyTheKernelTakesOfItThenCutInTheSameTime() {
        var channel = new SlowChannel(0);

        channel.take(100 * LIMITS.writeProgressBytesMin()); // at once, before the first look
        channel.passPeriod();
        assertThat(channel.isOpen()).isTrue();
        channel.passQuarter();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void answerWhenPeerStopsThenCutThoughItBeganWell() {
        var channel = new SlowChannel(0);

        channel.passPeriod();
        channel.take(LIMITS.writeProgressBytesMin());
        for (int i = 0; i < PeerProgress.LOOKS; i++) {
            channel.passQuarter();
            assertThat(channel.isOpen()).isTrue();
        }
        channel.passQuarter();
        assertThat(channel.isOpen()).isFalse();
    }

    /** Its socket takes so many bytes in each quarter of a period, of an answer that would last for all tests. */
    private static final class SlowChannel extends EmbeddedChannel {
        private final int bytes;
        private int taking;

        SlowChannel(int bytes) {
            this.bytes = bytes;
            freezeTime();
            pipeline().addLast(new Bodies(), new DeadlineHandler(LIMITS, Telemetry.NONE));
            writeInbound(new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"));
            int all = 20 * PERIODS * LIMITS.writeProgressBytesMin();
            writeOneOutbound(new DefaultLastHttpContent(Unpooled.buffer(all).writeZero(all)));
            flush();
        }

        void passPeriod() {
            for (int i = 0; i < PeerProgress.LOOKS; i++) {
                passQuarter();
            }
        }

        void passQuarter() {
            take(bytes);
            advanceTimeBy(LIMITS.writeStallMillis() / PeerProgress.LOOKS, TimeUnit.MILLISECONDS);
            runScheduledPendingTasks();
        }

        void take(int now) {
            taking = now;
            flush();
            taking = 0;
        }

        @Override
        protected void doWrite(ChannelOutboundBuffer out) {
            out.removeBytes(taking);
        }
    }

    private static final class Bodies extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ctx.write(message instanceof LastHttpContent last ? last.content() : message, promise);
        }
    }
}
