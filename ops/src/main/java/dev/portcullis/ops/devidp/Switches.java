package dev.portcullis.ops.devidp;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * How the stand-in misbehaves, for tests and for whoever wants to see what happens then: each thing that goes wrong at a real provider has its switch. People are removed
 * and changed in {@link Directory}. Any thread.
 */
public final class Switches {
    /** The longest it can be told to wait, in milliseconds. */
    public static final int DELAY_MILLIS_MAX = 600_000;

    private final AtomicReference<State> state = new AtomicReference<>(State.PROPER);

    /** What all its endpoints answer. */
    public enum Answer {
        PROPER("as they should"),
        ERROR("500"),
        UNAVAILABLE("503"),
        /** The connection is closed. */
        NOTHING("nothing: it is down");

        final String words;

        Answer(String words) {
            this.words = words;
        }
    }

    /** What the token endpoint says. */
    public enum TokenAnswer {
        PROPER("as it should"),
        REFUSE_REFRESH("invalid_grant to every refresh"),
        REFUSE_CLIENT("invalid_client to everything");

        final String words;

        TokenAnswer(String words) {
            this.words = words;
        }
    }

    /** What its ID tokens say. */
    public enum Claims {
        TRUE("the truth"),
        OTHER_ISSUER("another issuer (iss)"),
        OTHER_AUDIENCE("another application (aud)"),
        OTHER_SUBJECT("another person (sub)"),
        OTHER_NONCE("another sign-in (nonce)"),
        EXPIRED("an end that has passed (exp)");

        final String words;

        Claims(String words) {
            this.words = words;
        }
    }

    /** What it does about refresh tokens. */
    public enum RefreshTokenUse {
        /** As Access does: the old one is void once the new one is given. */
        ROTATED("a new one each time, the old one void"),
        KEPT("the same one stays good"),
        NONE("none at all");

        final String words;

        RefreshTokenUse(String words) {
            this.words = words;
        }
    }

    /** All switches at one moment. */
    public record State(
            Answer answer, TokenAnswer tokenAnswer, Claims claims, RefreshTokenUse refreshTokens, int delayMillis) {
        /** Nothing is switched. */
        public static final State PROPER =
                new State(Answer.PROPER, TokenAnswer.PROPER, Claims.TRUE, RefreshTokenUse.ROTATED, 0);

        public State {
            if (delayMillis < 0 || delayMillis > DELAY_MILLIS_MAX) {
                throw new IllegalArgumentException("delay must be 0 to " + DELAY_MILLIS_MAX + " ms: " + delayMillis);
            }
        }
    }

    Switches() {}

    /** @return what is switched now */
    public State state() {
        return state.get();
    }

    /** Puts all switches at once. */
    public void set(State next) {
        state.set(next);
    }

    /** Everything is as it should be again; people stay as they are. */
    public void reset() {
        set(State.PROPER);
    }

    public void answer(Answer next) {
        change(old -> new State(next, old.tokenAnswer, old.claims, old.refreshTokens, old.delayMillis));
    }

    public void tokenAnswer(TokenAnswer next) {
        change(old -> new State(old.answer, next, old.claims, old.refreshTokens, old.delayMillis));
    }

    public void claims(Claims next) {
        change(old -> new State(old.answer, old.tokenAnswer, next, old.refreshTokens, old.delayMillis));
    }

    public void refreshTokens(RefreshTokenUse next) {
        change(old -> new State(old.answer, old.tokenAnswer, old.claims, next, old.delayMillis));
    }

    /** @param millis before each answer */
    public void delay(int millis) {
        change(old -> new State(old.answer, old.tokenAnswer, old.claims, old.refreshTokens, millis));
    }

    private void change(UnaryOperator<State> by) {
        state.updateAndGet(by);
    }

    /** A switch as it stands in forms: {@code refuse-client}. */
    static String wireName(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
