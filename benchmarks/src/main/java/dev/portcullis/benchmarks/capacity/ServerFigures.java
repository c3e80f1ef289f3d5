package dev.portcullis.benchmarks.capacity;

import dev.portcullis.redis.Redis;
import io.lettuce.core.KeyScanArgs;
import io.lettuce.core.ScanCursor;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What a Redis server says of itself. Blocks. */
final class ServerFigures {
    private static final int PAGE = 1_000;

    /** Of each kind so many keys are measured, by {@code MEMORY USAGE} with all their parts. */
    private static final int MEASURED_MAX = 2_000;

    private static final int QUIET_MILLIS = 300;
    private static final int QUIET_COMMANDS = 20;

    private final Redis redis;

    ServerFigures(Redis redis) {
        this.redis = redis;
    }

    /**
     * At one moment.
     *
     * @param usedBytes {@code used_memory}: with the tables that hold the keys, without what the allocator loses
     * @param cpuMicros of the server's process, user and system
     * @param commands that it has processed
     */
    record Moment(long usedBytes, long cpuMicros, long commands) {}

    Moment now() {
        Map<String, String> info = new HashMap<>();
        redis.await(redis.commands().info()).lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                info.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        double cpuSeconds =
                Double.parseDouble(info.get("used_cpu_user")) + Double.parseDouble(info.get("used_cpu_sys"));
        return new Moment(
                Long.parseLong(info.get("used_memory")),
                (long) (cpuSeconds * 1e6),
                Long.parseLong(info.get("total_commands_processed")));
    }

    String version() {
        return redis.await(redis.commands().info("server"))
                .lines()
                .filter(line -> line.startsWith("redis_version:"))
                .map(line -> line.substring("redis_version:".length()).strip())
                .findFirst()
                .orElse("unknown");
    }

    /**
     * Keys that begin with the same word.
     *
     * @param measured how many of them were asked for
     * @param bytes of those, by {@code MEMORY USAGE}
     * @param events in those that are streams
     */
    record Kind(long keys, long measured, long bytes, long events) {
        Kind plus(long bytes, long events) {
            return new Kind(keys + 1, measured + 1, this.bytes + bytes, this.events + events);
        }

        Kind plusOne() {
            return new Kind(keys + 1, measured, bytes, events);
        }

        long bytesPerKey() {
            return measured == 0 ? 0 : bytes / measured;
        }
    }

    /** All keys below the prefix. */
    Map<String, Kind> kinds() {
        var kinds = new TreeMap<String, Kind>();
        int from = redis.key("").length;
        var pattern = KeyScanArgs.Builder.matches(new String(redis.key("*"), StandardCharsets.UTF_8))
                .limit(PAGE);
        ScanCursor at = ScanCursor.INITIAL;
        do {
            var page = redis.await(redis.commands().scan(at, pattern));
            for (byte[] key : page.getKeys()) {
                String name = new String(key, StandardCharsets.UTF_8).substring(from);
                String words = wordsOf(name);
                var kind = kinds.getOrDefault(words, new Kind(0, 0, 0, 0));
                kinds.put(words, kind.keys() < MEASURED_MAX ? measured(kind, key) : kind.plusOne());
            }
            at = page;
        } while (!at.isFinished());
        return kinds;
    }

    /** Without the parts that differ from key to key: {@code s:{…}:stream:…:events} is {@code s:stream:events}. */
    private static String wordsOf(String name) {
        String[] parts = name.split(":", -1);
        if (parts.length < 2 || !parts[1].startsWith("{")) {
            return parts[0];
        }
        var words = new StringBuilder(parts[0]);
        for (int i = 2; i < parts.length; i += 2) {
            words.append(':').append(parts[i]);
        }
        return words.toString();
    }

    /** Waits until it has hardly anything to do: what callers do not wait for is done then. */
    void awaitQuiet() throws InterruptedException {
        long before = now().commands();
        while (true) {
            TimeUnit.MILLISECONDS.sleep(QUIET_MILLIS);
            long commands = now().commands();
            if (commands - before < QUIET_COMMANDS) {
                return;
            }
            before = commands;
        }
    }

    private Kind measured(Kind kind, byte[] key) {
        Long bytes = redis.await(redis.commands().memoryUsage(key));
        boolean isStream = redis.await(redis.commands().type(key)).equals("stream");
        return kind.plus(
                bytes == null ? 0 : bytes,
                isStream ? redis.await(redis.commands().xlen(key)) : 0);
    }
}
