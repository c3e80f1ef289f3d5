package dev.portcullis.mcp.registry;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * A regular expression of a schema (ECMA-262 with its {@code u} flag, JSON Schema Core §6.4), searched for in time linear in the text: all states that the text read
 * so far could have led to are followed at once, and none is tried again (T-28). {@code java.util.regex} tries one way after the other, and overflows its stack on
 * long texts; its time can be cut short, but not where it repeats nothing without looking at the text. Immutable.
 *
 * <p>What cannot be matched so is refused when the schema is registered: looking ahead or behind, and references to what a group has matched.
 */
final class EcmaPattern {
    /** What a state does before the next. */
    enum Op {
        /** Reads a character of its set. */
        READ,
        /** Goes both to the next state and to its target. */
        FORK,
        /** Goes to its target. */
        JUMP,
        /** Goes on at the beginning of the text only. */
        BEGIN,
        /** Goes on at the end of the text only. */
        END,
        /** Goes on between a word's character and another. */
        WORD_BOUNDARY,
        /** Goes on anywhere else. */
        NO_WORD_BOUNDARY,
        /** Has found. */
        FOUND
    }

    /**
     * A place in the expression.
     *
     * @param target of a jump or fork, else unused
     * @param set of a read, else matches nothing
     */
    record State(Op op, int target, IntPredicate set) {}

    private static final int NONE = -1;

    private final State[] states;

    EcmaPattern(State[] states) {
        this.states = states;
    }

    /**
     * @param statesMax see {@link SchemaLimits#patternStatesMax}
     * @throws IllegalArgumentException what is wrong with it
     */
    static EcmaPattern compile(String pattern, int statesMax) {
        return new EcmaPattern(EcmaPatternParser.parse(pattern, statesMax));
    }

    int size() {
        return states.length;
    }

    /** @return whether it is found anywhere in the text   @throws CheckBudget.Spent the time is over */
    boolean isFoundIn(String text, CheckBudget budget) {
        budget.steps(states.length / 16); // for the room a search takes
        return new Search(text, budget).run();
    }

    /** One search; the states reached at one place of the text, and those at the next. */
    private final class Search {
        private final String text;
        private final CheckBudget budget;
        private int[] reached = new int[states.length];
        private int reachedCount;
        private int[] reachedNext = new int[states.length];
        private int reachedNextCount;

        /** Where in the text a state was last seen; else {@link #NONE}. */
        private final int[] seenAt = new int[states.length];

        private final int[] open = new int[2 * states.length + 1];

        Search(String text, CheckBudget budget) {
            this.text = text;
            this.budget = budget;
            Arrays.fill(seenAt, NONE);
        }

        boolean run() {
            int before = NONE;
            for (int at = 0; ; ) {
                int c = at < text.length() ? text.codePointAt(at) : NONE;
                if (closure(at, before, c)) {
                    return true;
                }
                if (c == NONE) {
                    return false;
                }
                read(c);
                before = c;
                at += Character.charCount(c);
            }
        }

        /** Follows what needs no character from the states reached and from the beginning. @return whether it is found */
        private boolean closure(int at, int before, int next) {
            int[] from = reached;
            int fromCount = reachedCount;
            reached = reachedNext;
            reachedCount = 0;
            for (int i = 0; i <= fromCount; i++) {
                if (follow(i < fromCount ? from[i] : 0, at, before, next)) {
                    return true;
                }
            }
            reachedNext = from;
            return false;
        }

        private boolean follow(int first, int at, int before, int next) {
            int openCount = 0;
            open[openCount++] = first;
            while (openCount > 0) {
                int i = open[--openCount];
                if (seenAt[i] == at) {
                    continue;
                }
                seenAt[i] = at;
                budget.step();
                var state = states[i];
                switch (state.op) {
                    case READ -> reached[reachedCount++] = i;
                    case FORK -> {
                        open[openCount++] = state.target;
                        open[openCount++] = i + 1;
                    }
                    case JUMP -> open[openCount++] = state.target;
                    case FOUND -> {
                        return true;
                    }
                    case BEGIN, END, WORD_BOUNDARY, NO_WORD_BOUNDARY -> {
                        if (holds(state.op, before, next)) {
                            open[openCount++] = i + 1;
                        }
                    }
                }
            }
            return false;
        }

        private void read(int c) {
            reachedNextCount = 0;
            for (int i = 0; i < reachedCount; i++) {
                if (states[reached[i]].set.test(c)) {
                    reachedNext[reachedNextCount++] = reached[i] + 1;
                }
            }
            int[] swapped = reached;
            reached = reachedNext;
            reachedCount = reachedNextCount;
            reachedNext = swapped;
        }

        private static boolean holds(Op op, int before, int next) {
            return switch (op) {
                case BEGIN -> before == NONE;
                case END -> next == NONE;
                case WORD_BOUNDARY -> isWord(before) != isWord(next);
                case NO_WORD_BOUNDARY -> isWord(before) == isWord(next);
                case READ, FORK, JUMP, FOUND -> false;
            };
        }
    }

    static boolean isWord(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '_';
    }

    static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    static boolean isLineEnd(int c) {
        return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
    }

    static boolean isSpace(int c) {
        return c == ' '
                || (c >= '\t' && c <= '\r')
                || c == 0xA0
                || c == 0xFEFF
                || isLineEnd(c)
                || Character.getType(c) == Character.SPACE_SEPARATOR;
    }
}
