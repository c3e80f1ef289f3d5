package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Principal;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.testing.CountingTelemetry;
import dev.portcullis.testing.EchoEndpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens around the verdicts: waiting, holding, answering once. */
class GateHandlerTest {
    private final CountingTelemetry telemetry = new CountingTelemetry();
    private final Queue<Runnable> offloaded = new ArrayDeque<>();
    private final CurrentRequest current = new CurrentRequest();
    private final List<Object> passed = new ArrayList<>();
    private final EchoEndpoint echo = new EchoEndpoint();
    private EmbeddedChannel channel;

    private void open(Gate... gates) {
        open(offloaded::add, gates);
    }

    private void open(java.util.concurrent.Executor offload, Gate... gates) {
        var shared = new GateHandler.Gates(
                Router.of(List.of(echo.mcp(10))), List.of(gates), OriginRules.noBrowsers(), offload);
        channel = new EmbeddedChannel(new GateHandler(current, shared, telemetry), new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                passed.add(message);
                ReferenceCountUtil.release(message);
            }
        });
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void request() {
        channel.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/mcp"));
    }

    private static LastHttpContent body() {
        ByteBuf body = ByteBufAllocator.DEFAULT.buffer().writeByte('x');
        return new DefaultLastHttpContent(body);
    }

    private static Verdict refusal() {
        return new Verdict.Refuse(Reply.empty(HttpResponseStatus.FORBIDDEN), Outcome.BAD_TOKEN);
    }

    private void runOffloaded() {
        offloaded.remove().run();
        channel.runPendingTasks();
    }

    private int status() {
        FullHttpResponse answer = channel.readOutbound();
        int status = answer.status().code();
        answer.release();
        return status;
    }

    @Test
    void requestWhenAllPassThenGoesOnWithTheirPrincipal() {
        var principal = new Principal(Principal.ANONYMOUS.identity(), "client", "grant", Principal.ANONYMOUS.scopes());
        open((head, route) -> Verdict.PASS, (head, route) -> new Verdict.Pass(principal, null));

        request();
        channel.writeInbound(body());

        assertThat(passed).hasSize(2);
        assertThat(current.principal()).isSameAs(principal);
    }

    @Test
    void requestWhenPrincipalWasKnownThenTheNextOneBeginsWithoutIt() {
        var principal = new Principal(Principal.ANONYMOUS.identity(), "client", "grant", Principal.ANONYMOUS.scopes());
        var verdicts = new ArrayDeque<Verdict>(List.of(new Verdict.Pass(principal, null), Verdict.PASS));
        open((head, route) -> verdicts.remove());

        request();
        channel.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
        request();

        assertThat(current.principal()).isSameAs(Principal.ANONYMOUS);
    }

    @Test
    void requestWhenRefusedThenAnsweredOnceAndBodyIsReleased() {
        open((head, route) -> refusal(), (head, route) -> {
            throw new AssertionError("a gate was asked after a refusal");
        });

        request();
        LastHttpContent body = body();
        channel.writeInbound(body);

        assertThat(status()).isEqualTo(403);
        assertThat(channel.outboundMessages()).isEmpty();
        assertThat(passed).isEmpty();
        assertThat(body.refCnt()).isZero();
        assertThat(telemetry.refused).containsExactly(Outcome.BAD_TOKEN);
    }

    @Test
    void requestWhenGateWaitsThenHeldUntilItsVerdict() {
        var asked = new ArrayList<String>();
        open((head, route) -> new Verdict.Wait(() -> Verdict.PASS), (head, route) -> {
            asked.add("second");
            return Verdict.PASS;
        });

        request();
        channel.writeInbound(body());
        assertThat(passed).isEmpty();
        assertThat(asked).isEmpty();

        runOffloaded();

        assertThat(asked).containsExactly("second");
        assertThat(passed).hasSize(2);
    }

    @Test
    void requestWhenGateWaitsAndRefusesThenHeldPartIsReleased() {
        open((head, route) -> new Verdict.Wait(GateHandlerTest::refusal));

        request();
        LastHttpContent body = body();
        channel.writeInbound(body);
        runOffloaded();

        assertThat(status()).isEqualTo(403);
        assertThat(body.refCnt()).isZero();
    }

    @Test
    void requestWhenGateWaitsAndFailsThen500() {
        open((head, route) -> new Verdict.Wait(() -> {
            throw new IllegalStateException("secret detail");
        }));

        request();
        runOffloaded();

        FullHttpResponse answer = channel.readOutbound();
        assertThat(answer.status().code()).isEqualTo(500);
        assertThat(answer.content().toString(java.nio.charset.StandardCharsets.UTF_8))
                .doesNotContain("secret");
        answer.release();
    }

    @Test
    void requestWhenOffloadIsFullThen503() { // T-112
        open(
                task -> {
                    throw new RejectedExecutionException();
                },
                (head, route) -> new Verdict.Wait(() -> Verdict.PASS));

        request();

        FullHttpResponse answer = channel.readOutbound();
        assertThat(answer.status().code()).isEqualTo(503);
        assertThat(answer.headers().get("retry-after")).isNotEmpty();
        answer.release();
        assertThat(telemetry.refused).containsExactly(Outcome.OVERLOADED);
    }

    @Test
    void requestWhenPeerLeavesWhileGateWaitsThenNothingHappensLater() {
        open((head, route) -> new Verdict.Wait(() -> Verdict.PASS));

        request();
        LastHttpContent body = body();
        channel.writeInbound(body);
        channel.close();
        assertThat(body.refCnt()).isZero();
        runOffloaded();

        assertThat(passed).isEmpty();
    }

    @Test
    void requestWhenAnsweredByADeadlineWhileGateWaitsThenVerdictComesTooLate() {
        open((head, route) -> new Verdict.Wait(() -> Verdict.PASS));

        request();
        channel.writeOutbound(Answers.whole(Reply.empty(HttpResponseStatus.SERVICE_UNAVAILABLE)));
        runOffloaded();

        assertThat(status()).isEqualTo(503);
        assertThat(passed).isEmpty();
    }

    @Test
    void requestWhenVerdictIsOfAnEarlierOneThenIgnored() {
        var verdicts = new ArrayDeque<Verdict>(
                List.of(new Verdict.Wait(() -> Verdict.PASS), new Verdict.Wait(GateHandlerTest::refusal)));
        open((head, route) -> verdicts.remove());
        request();
        channel.writeOutbound(Answers.whole(Reply.empty(HttpResponseStatus.SERVICE_UNAVAILABLE)));
        assertThat(status()).isEqualTo(503);

        request();
        runOffloaded();
        assertThat(passed).isEmpty();
        runOffloaded();

        assertThat(status()).isEqualTo(403);
    }

    @Test
    void writeWhenAnsweredAlreadyThenSecondAnswerIsDropped() {
        open((head, route) -> Verdict.PASS);
        request();
        channel.writeOutbound(Answers.whole(Reply.empty(HttpResponseStatus.OK)));
        ByteBuf body = ByteBufAllocator.DEFAULT.buffer().writeByte('x');

        var second = channel.write(Answers.whole(Reply.json(HttpResponseStatus.OK, body)));
        channel.flush();

        assertThat(second.isSuccess()).isFalse();
        assertThat(body.refCnt()).isZero();
        assertThat(status()).isEqualTo(200);
        assertThat(channel.outboundMessages()).isEmpty();
    }

    @Test
    void writeWhenAnswerCannotBeWrittenThenItIsToldOnceToAll() {
        open((head, route) -> Verdict.PASS);
        var failures = new ArrayList<Throwable>();
        var taken = new ArrayList<ChannelFuture>();
        current.whenTaken(taken::add);
        channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                ReferenceCountUtil.release(message);
                promise.setFailure(new IOException("gone"));
            }
        });
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                failures.add(cause);
            }
        });
        request();

        channel.writeAndFlush(Answers.whole(Reply.empty(HttpResponseStatus.OK)), channel.voidPromise());

        assertThat(failures).singleElement().isInstanceOf(IOException.class);
        assertThat(taken).singleElement().matches(written -> !written.isSuccess());
    }
}
