package dev.portcullis.mcp.registry;

/**
 * The time that one check of a value may take (T-28). Whatever can grow with the value or with the schema takes steps here, so that a check ends on its own thread
 * soon after its time is over: there is nothing to interrupt. Used by one thread.
 */
final class CheckBudget {
    /** The budget of the check that this thread runs. */
    static final ScopedValue<CheckBudget> CURRENT = ScopedValue.newInstance();

    /** Taken by any check, whatever the clock says: a machine that pauses does not refuse a small value. */
    private static final int STEPS_FREE = 20_000;

    private static final int STEPS_PER_LOOK = 256;

    private final long endNanos;
    private long steps;
    private long nextLook = STEPS_FREE;

    /** @param millis from now */
    CheckBudget(int millis) {
        endNanos = System.nanoTime() + millis * 1_000_000L;
    }

    /** @throws Spent the time is over */
    void step() {
        steps(1);
    }

    /** @param count how much is done at once   @throws Spent the time is over */
    void steps(int count) {
        steps += count;
        if (steps >= nextLook) {
            nextLook = steps + STEPS_PER_LOOK;
            if (System.nanoTime() - endNanos > 0) {
                throw new Spent();
            }
        }
    }

    /** The time is over. */
    static final class Spent extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Spent() {
            super("the time is over", null, false, false);
        }
    }
}
