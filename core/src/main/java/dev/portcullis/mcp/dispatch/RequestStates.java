package dev.portcullis.mcp.dispatch;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.json.Json;
import dev.portcullis.json.JsonException;
import dev.portcullis.json.JsonKind;
import dev.portcullis.json.JsonWriter;
import dev.portcullis.json.RawJson;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What clients carry from one round of a call to the next: the answers given so far, sealed (H-88, T-38). Format 2, base64url: format (1 byte), issued at, expires at and when
 * the call's first was issued in Unix seconds (8 each), number of the call (16 random bytes, the same in all its rounds), answers (a JSON object). Who calls, by which method and with which params is the
 * seal's context and not inside: a state opened for anything else is as good as random. Any thread.
 */
final class RequestStates {
    private static final byte FORMAT = 2;
    private static final int CALL_BYTES = 16;
    private static final int HEAD_BYTES = 1 + 8 + 8 + 8 + CALL_BYTES;

    /** How far the clocks of two processes may be apart. */
    private static final int SKEW_SECONDS = 60;

    /** How many times {@link AskLimits#stateSeconds} all rounds of a call may take: no state of it lives longer, so that it is known for how long its use is to be remembered. */
    private static final int ROUNDS_TIMES = 6;

    private final Sealer sealer;
    private final AskLimits limits;
    private final InstantSource clock;

    /** What this node knows of. */
    private final UsedAnswers used;

    private final @Nullable OnceOnly onceOnly;

    /**
     * One of them, opened.
     *
     * @param call number of the call
     * @param begunAtSeconds when its first state was issued, Unix time
     * @param answers to earlier questions, by name
     */
    record State(UUID call, long begunAtSeconds, Map<String, RawJson> answers) {}

    /** @param onceOnly known to all nodes; null if there is this one alone */
    RequestStates(MasterKey key, AskLimits limits, @Nullable OnceOnly onceOnly, InstantSource clock) {
        this.sealer = key.sealer("request-state/1");
        this.limits = limits;
        this.onceOnly = onceOnly;
        this.clock = clock;
        this.used = new UsedAnswers(limits.usedAnswersMax(), rememberSeconds(), clock);
    }

    /** @return of a call that has not been answered anything */
    State first() {
        var random = ByteBuffer.wrap(Randoms.bytes(CALL_BYTES));
        return new State(new UUID(random.getLong(), random.getLong()), nowSeconds(), Map.of());
    }

    /** @return null if it would be too long */
    @Nullable
    String seal(State state, CallRun run) {
        byte[] answers = write(state.answers());
        if ((HEAD_BYTES + answers.length + Sealer.OVERHEAD_BYTES) * 4L / 3 + 1 > limits.stateCharsMax()) {
            return null;
        }
        long now = nowSeconds();
        byte[] plain = ByteBuffer.allocate(HEAD_BYTES + answers.length)
                .put(FORMAT)
                .putLong(now)
                .putLong(Math.min(now + limits.stateSeconds(), end(state.begunAtSeconds())))
                .putLong(state.begunAtSeconds())
                .putLong(state.call().getMostSignificantBits())
                .putLong(state.call().getLeastSignificantBits())
                .put(answers)
                .array();
        return Base64Url.encode(sealer.seal(plain, context(run)));
    }

    /** @return when no state of a call is opened any more */
    private long end(long begunAtSeconds) {
        return begunAtSeconds + (long) ROUNDS_TIMES * limits.stateSeconds();
    }

    private static byte[] write(Map<String, RawJson> answers) {
        try (var out = JsonWriter.take()) {
            out.beginObject();
            answers.forEach((name, answer) -> out.name(name).raw(answer));
            return out.endObject().toBytes();
        }
    }

    /** @return the state; null if it is none, expired, used up, or another call's: which of it, nobody learns */
    @Nullable
    State open(RawJson state, CallRun run) {
        if (state.kind() != JsonKind.STRING || state.length() > limits.stateCharsMax() + 2) {
            return null;
        }
        byte[] sealed = Base64Url.decode(state.cursor().string(), limits.stateCharsMax());
        byte[] plain = sealed == null ? null : sealer.open(sealed, context(run));
        return plain == null || plain.length < HEAD_BYTES || plain[0] != FORMAT
                ? null
                : read(ByteBuffer.wrap(plain, 1, plain.length - 1));
    }

    private int rememberSeconds() {
        return limits.stateSeconds() + SKEW_SECONDS;
    }

    /**
     * Uses up the answers of a call: no state of it is opened any more by this node, and none that another opens uses them up again. Blocks.
     *
     * @param begunAtSeconds as in its state
     * @throws dev.portcullis.store.StoreException nothing is known: they must not be used
     */
    UsedAnswers.Use use(UUID call, long begunAtSeconds) {
        if (onceOnly == null) {
            return used.add(call);
        }
        long until = end(begunAtSeconds) + SKEW_SECONDS;
        if (used.contains(call) || !onceOnly.spend(idOf(call), until, nowSeconds())) {
            return UsedAnswers.Use.AGAIN;
        }
        used.add(call); // if there is no room, the others know
        return UsedAnswers.Use.FIRST;
    }

    private static TokenHash idOf(UUID call) {
        return TokenHash.of("request-state " + call);
    }

    private @Nullable State read(ByteBuffer plain) {
        long issuedAt = plain.getLong();
        long expiresAt = plain.getLong();
        long now = nowSeconds();
        if (now >= expiresAt || issuedAt > now + SKEW_SECONDS) {
            return null;
        }
        long begunAt = plain.getLong();
        var call = new UUID(plain.getLong(), plain.getLong());
        byte[] json = new byte[plain.remaining()];
        plain.get(json);
        try {
            return used.contains(call) ? null : new State(call, begunAt, answers(Json.parse(json)));
        } catch (JsonException e) {
            return null;
        }
    }

    private static Map<String, RawJson> answers(RawJson object) {
        Map<String, RawJson> answers = new LinkedHashMap<>();
        var cursor = object.cursor();
        cursor.enterObject();
        while (cursor.nextMember()) {
            String name = cursor.name();
            answers.put(name, cursor.slice());
        }
        return answers;
    }

    /** Lengths first, so that no two calls have the same context. */
    private static byte[] context(CallRun run) {
        var who = run.context.principal();
        var text = new StringBuilder();
        append(text, who.identity().issuer());
        append(text, who.identity().subject());
        append(text, who.clientId());
        append(text, run.method().text());
        byte[] named = text.toString().getBytes(StandardCharsets.UTF_8);
        byte[] digest = ParamsDigest.of(run.context.params().whole());
        return ByteBuffer.allocate(named.length + digest.length)
                .put(named)
                .put(digest)
                .array();
    }

    private static void append(StringBuilder text, String part) {
        text.append(part.length()).append(':').append(part);
    }

    private long nowSeconds() {
        return clock.millis() / 1_000;
    }
}
