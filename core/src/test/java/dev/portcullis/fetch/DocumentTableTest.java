package dev.portcullis.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.fetch.DocumentTable.Answer;
import dev.portcullis.fetch.FetchException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** O-125: how long a document that strangers name is believed; O-122: how often it is asked for. */
@Timeout(60)
class DocumentTableTest {
    private static final long START = 1_800_000_000L;

    private final LocalServer server;
    private final List<Answer<String>> reported = new ArrayList<>();
    private Instant now = Instant.ofEpochSecond(START);
    private final InstantSource clock = () -> now;
    private final DocumentTable<String> table;

    DocumentTableTest() throws IOException {
        server = new LocalServer(LocalServer.json("\"first\""));
        table = table(1L << 20, 1_000_000, HostRules.ALL);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private DocumentTable<String> table(long weightMax, int perMinute, HostRules hosts) {
        var guard = new AddressGuard(Set.of("127.0.0.1:" + server.port()), AddressGuard.Resolver.SYSTEM);
        return new DocumentTable<>(
                StrangersDocumentsFixture.of(guard, hosts, perMinute, clock),
                DocumentTableTest::read,
                DocumentTable.Lives.DEFAULT,
                weightMax,
                (_, answer) -> reported.add(answer),
                clock);
    }

    private static String read(String address, byte[] body) throws InvalidDocumentException {
        String text = new String(body, StandardCharsets.UTF_8);
        if (text.contains("bad")) {
            throw new InvalidDocumentException("it is bad");
        }
        return text;
    }

    private String url() {
        return server.uri("/document").toString();
    }

    private void pass(int seconds) {
        now = now.plusSeconds(seconds);
    }

    private int fetches() {
        return server.asked().size();
    }

    @Test
    void getWhenFreshThenIsNotFetchedAgain() {
        for (int i = 0; i < 10; i++) {
            assertThat(table.get(url())).isEqualTo(new Answer.Had<>("\"first\""));
        }
        pass(3_599);
        table.get(url());
        assertThat(fetches()).isOne();
        pass(1); // an hour, since the host says nothing
        table.get(url());
        assertThat(fetches()).isEqualTo(2);
    }

    @Test
    void getWhenHostSaysHowLongThenThatCountsWithinBounds() {
        server.answers(LocalServer.json("1", "Cache-Control", "no-store"));
        table.get(url());
        pass(299);
        table.get(url());
        assertThat(fetches()).as("at least five minutes").isOne();
        pass(1);
        server.answers(LocalServer.json("2", "Cache-Control", "max-age=31536000"));
        table.get(url());
        pass(86_399);
        assertThat(table.get(url())).isEqualTo(new Answer.Had<>("2"));
        assertThat(fetches()).isEqualTo(2);
        pass(1);
        table.get(url());
        assertThat(fetches()).as("at most a day").isEqualTo(3);
    }

    @Test
    void getWhenItFailsThenIsNotAskedAgainForHalfAMinuteAndThenIs() {
        server.answers(LocalServer.of(503, "application/json", "{}"));
        for (int i = 0; i < 10; i++) {
            assertThat(table.get(url())).isEqualTo(new Answer.Unavailable<>(Reason.PEER_FAILING));
        }
        assertThat(fetches()).isOne();
        pass(29);
        table.get(url());
        assertThat(fetches()).isOne();
        pass(1);
        server.answers(LocalServer.json("\"better\""));
        assertThat(table.get(url())).isEqualTo(new Answer.Had<>("\"better\""));
        assertThat(reported).hasSize(2);
    }

    /** Never cached as truth. */
    @Test
    void getWhenDocumentIsInvalidThenThatIsForgottenAfterHalfAMinute() {
        server.answers(LocalServer.json("\"bad\""));
        assertThat(table.get(url())).isEqualTo(new Answer.Invalid<>("it is bad"));
        assertThat(table.get(url())).isEqualTo(new Answer.Invalid<>("it is bad"));
        assertThat(fetches()).isOne();
        pass(30);
        server.answers(LocalServer.json("\"good\""));
        assertThat(table.get(url())).isEqualTo(new Answer.Had<>("\"good\""));
    }

    @Test
    void getWhenHostCannotBeReachedThenTheStaleCopyCountsUpToTheCap() {
        table.get(url());
        server.answers(LocalServer.of(500, "application/json", "{}"));
        pass(3_600);
        assertThat(table.get(url())).isEqualTo(new Answer.Had<>("\"first\""));
        assertThat(table.get(url())).isEqualTo(new Answer.Had<>("\"first\""));
        assertThat(fetches()).as("and the host is left alone").isEqualTo(2);
        pass(86_400 - 3_601);
        assertThat(table.get(url())).isEqualTo(new Answer.Had<>("\"first\""));
        pass(1);
        assertThat(table.get(url())).isEqualTo(new Answer.Unavailable<>(Reason.PEER_FAILING));
    }

    /** What its host takes back is not believed any longer. */
    @Test
    void getWhenHostSaysOtherwiseThenTheStaleCopyIsGone() {
        table.get(url());
        pass(3_600);
        server.answers(LocalServer.of(404, "application/json", "{}"));
        assertThat(table.get(url())).isEqualTo(new Answer.Unavailable<>(Reason.STATUS));
        server.answers(LocalServer.of(500, "application/json", "{}"));
        pass(30);
        assertThat(table.get(url())).isEqualTo(new Answer.Unavailable<>(Reason.PEER_FAILING));
    }

    @Test
    void getWhenManyWantItAtOnceThenOneFetches() throws Exception {
        var asked = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        server.answers(exchange -> {
            asked.countDown();
            awaitQuietly(answer);
            LocalServer.json("\"one\"").write(exchange);
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer<String>>> answers = new ArrayList<>();
            Callable<Answer<String>> get = () -> table.get(url());
            answers.add(threads.submit(get));
            asked.await();
            for (int i = 0; i < 63; i++) {
                answers.add(threads.submit(get));
            }
            answer.countDown();
            for (var got : answers) {
                assertThat(got.get()).isEqualTo(new Answer.Had<>("\"one\""));
            }
        }
        assertThat(fetches()).isOne();
    }

    private static void awaitQuietly(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** O-146: a flood of unknown key ids. */
    @Test
    void refetchWhenDoneOftenThenFetchesOnceInHalfAMinute() {
        for (int i = 0; i < 1_000; i++) {
            table.refetch(url());
        }
        assertThat(fetches()).isOne();
        pass(30);
        server.answers(LocalServer.json("\"second\""));
        for (int i = 0; i < 1_000; i++) {
            assertThat(table.refetch(url())).isEqualTo(new Answer.Had<>("\"second\""));
        }
        assertThat(fetches()).isEqualTo(2);
        server.answers(LocalServer.of(500, "application/json", "{}"));
        pass(30);
        for (int i = 0; i < 1_000; i++) {
            assertThat(table.refetch(url())).isEqualTo(new Answer.Had<>("\"second\""));
        }
        assertThat(fetches()).isEqualTo(3);
    }

    @Test
    void getWhenOneHostIsAskedTooOftenThenItIsLeftAloneForTheMinute() {
        var few = table(1L << 20, 3, HostRules.ALL);
        for (int i = 0; i < 3; i++) {
            assertThat(few.get(url() + i)).isInstanceOf(Answer.Had.class);
        }
        assertThat(few.get(url() + 3)).isEqualTo(new Answer.Unavailable<>(Reason.OVERLOADED));
        assertThat(few.get(url() + 0)).as("what is there").isInstanceOf(Answer.Had.class);
        assertThat(fetches()).isEqualTo(3);
        pass(60);
        assertThat(few.get(url() + 3)).isInstanceOf(Answer.Had.class);
    }

    /** O-126. */
    @Test
    void getWhenHostIsNotLetInThenIsRefusedLikeAnAddress() {
        var others = table(1L << 20, 100, new HostRules(HostNames.of("*.example.com"), HostNames.NONE));
        var denied = table(1L << 20, 100, new HostRules(HostNames.NONE, HostNames.of("127.0.0.1")));
        assertThat(others.get(url())).isEqualTo(new Answer.Unavailable<>(Reason.ADDRESS));
        assertThat(denied.get(url())).isEqualTo(new Answer.Unavailable<>(Reason.ADDRESS));
        assertThat(fetches()).isZero();

        var rules = new HostRules(HostNames.of("*.Example.com", "a.example"), HostNames.of("bad.example.com"));
        assertThat(List.of("x.example.com", "y.x.EXAMPLE.com", "a.example")).allMatch(rules::permit);
        assertThat(List.of("example.com", "b.a.example", "bad.example.com", "badexample.com"))
                .noneMatch(rules::permit);
    }

    /** However many addresses there are, good ones and bad ones. */
    @Test
    void getWhenThereAreVeryManyAddressesThenTheTableStaysSmall() {
        var small = table(64 * 1024, 1_000_000, HostRules.ALL);
        for (int i = 0; i < 2_000; i++) {
            assertThat(small.get(url() + i)).isInstanceOf(Answer.Had.class);
        }
        assertThat(small.size()).isLessThan(64 * 1024 / 256);
    }
}
