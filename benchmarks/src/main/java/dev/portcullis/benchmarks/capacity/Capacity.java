package dev.portcullis.benchmarks.capacity;

import dev.portcullis.cluster.LocalBus;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.identity.Scopes;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.codec.ClientCapabilities;
import dev.portcullis.mcp.model.LogLevel;
import dev.portcullis.mcp.session.RedisSessionStore;
import dev.portcullis.mcp.session.Session;
import dev.portcullis.mcp.session.SessionLimits;
import dev.portcullis.mcp.session.Sessions;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisAddress;
import dev.portcullis.redis.RedisSettings;
import dev.portcullis.redis.grant.RedisGrantStore;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.RegisteredClient;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Fills a Redis of its own with grants, sessions and events, through the stores that the server uses, and prints what each takes of memory and of the server's time:
 * {@code Capacity URL [grants]}. The Redis must be empty, and is left full. Memory is {@code MEMORY USAGE} of keys, and what {@code used_memory} grew by, which has the
 * tables of keys in it as well.
 */
public final class Capacity {
    private static final int GRANTS = 100_000;
    private static final int CLIENTS = 100;
    private static final int THREADS = 32;
    private static final int FAMILY = 40;
    private static final int EVENTS = 20;
    private static final int EVENT_BYTES = 300;

    private final Redis redis;
    private final ServerFigures server;
    private final Load load;
    private final GrantStore store;
    private final PrintStream out;
    private final int grants;
    private final long now = Clock.systemUTC().instant().getEpochSecond();
    private final List<Load.Cost> costs = new ArrayList<>();

    private Capacity(Redis redis, int grants, PrintStream out) {
        this.redis = redis;
        this.server = new ServerFigures(redis);
        this.load = new Load(server, THREADS);
        this.store = new RedisGrantStore(redis, redis.push(), new RedisGrantStore.Limits(Integer.MAX_VALUE, 1_000));
        this.out = out;
        this.grants = grants;
    }

    /** @param arguments where Redis is; how many grants */
    public static void main(String[] arguments) throws InterruptedException {
        var usual = RedisSettings.Limits.DEFAULT;
        var patient = new RedisSettings.Limits(20_000, 20_000, usual.connections(), usual.waitingMax(), 0);
        var settings = RedisSettings.of(arguments[0]).withPrefix("capacity").withLimits(patient);
        int grants = arguments.length > 1 ? Integer.parseInt(arguments[1]) : GRANTS;
        try (var redis = Redis.connect(settings)) {
            int marks = settings.address().kind() == RedisAddress.Kind.CLUSTER ? 256 : 1; // written when connecting
            if (redis.await(redis.commands().dbsize()) > marks) {
                System.err.println("That Redis holds something: give one that is empty, since it is filled.");
                System.exit(64);
            }
            new Capacity(redis, grants, System.out).run();
        }
    }

    private void run() throws InterruptedException {
        out.printf("Redis %s, %,d grants, %d callers at a time%n%n", server.version(), grants, THREADS);
        measureGrants();
        measureSessions();
        print();
    }

    private void measureGrants() throws InterruptedException {
        var clients = IntStream.range(0, CLIENTS)
                .mapToObj(i -> SignedIn.client(i, now))
                .toArray(RegisteredClient[]::new);
        var people = IntStream.range(0, grants)
                .parallel()
                .mapToObj(i -> SignedIn.person(i, clients[i % CLIENTS], now))
                .toArray(SignedIn[]::new);
        for (var client : clients) {
            store.putClient(client, now + 86_400, now);
        }
        time("sign-in", grants, i -> signIn(people[i]));
        time("token miss", grants, i -> {
            var access = people[i].access();
            require(store.accessToken(access.grantId(), access.hash(), now) != null);
        });
        time(
                "bogus token",
                grants,
                i -> require(store.accessToken(people[i].grant().id(), SignedIn.newHash(), now) == null));
        time("refresh", grants, i -> {
            var rotated = store.rotate(
                    people[i].refresh().hash(),
                    people[i].second(),
                    people[i].newAccess(now),
                    60,
                    people[i].grant().expiresAt(),
                    now);
            require(rotated instanceof GrantStore.Rotation.Rotated);
        });
        time("a family of 34, " + FAMILY + " refreshes", grants / 20, i -> useForLong(people[i]));
        time("another access token", grants, i -> require(store.addAccessToken(people[i].newAccess(now), now)));
        time("spent id (DPoP proof)", grants, i -> require(store.spendOnce(SignedIn.newHash(), now + 600, now)));
        time(
                "sign-in begun",
                grants,
                i -> store.putPendingSignIn(SignedIn.person(i, clients[0], now).pending(), now));
        time(
                "revoke",
                grants / 10,
                i -> require(store.revokeGrant(people[i].grant().id())));
    }

    private void signIn(SignedIn person) {
        store.putPendingSignIn(person.pending(), now);
        require(store.takePendingSignIn(person.pending().state(), now) != null);
        store.putClient(person.grant().client(), now + 86_400, now);
        store.createGrant(person.grant(), person.code(), 10, now);
        require(store.code(person.grant().id(), person.code().hash(), now) != null);
        require(store.consumeCode(
                person.code().spentUntil(now + 600),
                person.access(),
                person.refresh(),
                person.grant().expiresAt(),
                now));
    }

    /** An hour between two refreshes: access tokens have ended, refresh tokens have been replaced for long. */
    private void useForLong(SignedIn person) {
        var presented = person.second();
        for (int generation = 2; generation < FAMILY + 2; generation++) {
            long later = now + 3_600L * generation;
            var next = person.newRefresh(generation, later);
            store.rotate(
                    presented.hash(),
                    next,
                    person.newAccess(later),
                    60,
                    person.grant().expiresAt(),
                    later);
            presented = next;
        }
    }

    private void measureSessions() throws InterruptedException {
        int count = Math.max(1, grants / 10);
        var key = new MasterKey(Randoms.base64Url(32));
        var clock = Clock.systemUTC();
        var limits = SessionLimits.DEFAULT;
        try (var bus = new LocalBus()) {
            var sessions = new Sessions(
                    key, new RedisSessionStore(redis, bus, key, limits, RulePolicy.openToAll(), clock), limits, clock);
            var client = SignedIn.client(0, now);
            var opened = IntStream.range(0, count)
                    .mapToObj(i -> sessions.open(
                            ProtocolVersion.V2025_06_18,
                            ClientCapabilities.NONE,
                            SignedIn.person(i, client, now).principal()))
                    .toArray(Session[]::new);
            time("session (log level set)", count, i -> sessions.setLogLevel(opened[i], LogLevel.INFO));
            byte[] event = ("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"message\":\""
                            + "x".repeat(EVENT_BYTES - 90) + "\"}}")
                    .getBytes(StandardCharsets.UTF_8);
            time("stream of " + EVENTS + " events", count, i -> {
                var stream = sessions.openStream(opened[i], Scopes.NONE, List.of());
                for (int number = 0; stream != null && number < EVENTS; number++) {
                    stream.add(event, null, false);
                }
                if (stream != null) {
                    stream.finish();
                }
            });
        }
    }

    private void time(String what, int times, IntConsumer deed) throws InterruptedException {
        var cost = load.run(what, times, deed);
        costs.add(cost);
        out.printf("%s: done%n", what);
    }

    private static void require(boolean isSo) {
        if (!isSo) {
            throw new IllegalStateException("the store answered otherwise than it must");
        }
    }

    private void print() {
        out.printf(
                "%n%-26s %9s %9s %9s %13s %13s%n", "what", "times", "a second", "commands", "server us", "bytes more");
        for (var cost : costs) {
            out.printf(
                    Locale.ROOT,
                    "%-26s %,9d %,9d %9.1f %13.1f %,13d%n",
                    cost.what(),
                    cost.times(),
                    cost.perSecond(),
                    cost.commandsEach(),
                    cost.microsEach(),
                    cost.bytesEach());
        }
        out.printf("%n%-26s %9s %13s %9s%n", "keys", "number", "bytes each", "events");
        server.kinds()
                .forEach((word, kind) -> out.printf(
                        Locale.ROOT,
                        "%-26s %,9d %,13d %9s%n",
                        word,
                        kind.keys(),
                        kind.bytesPerKey(),
                        kind.events() == 0 ? "" : String.format(Locale.ROOT, "%,d", kind.events() / kind.measured())));
    }
}
