package dev.portcullis.mcp.registry;

import dev.portcullis.mcp.registry.EcmaPattern.Op;
import dev.portcullis.mcp.registry.EcmaPattern.State;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads a regular expression and lays out its states. Groups are bounded in depth and states in number before they are laid out, so that counted repetitions inside
 * each other cost nothing but a refusal. Used once, by one thread.
 */
final class EcmaPatternParser {
    private static final int GROUPS_DEPTH_MAX = 100;
    private static final int UNBOUNDED = -1;

    private final String pattern;
    private final int statesMax;
    private int at;
    private int groupsOpen;

    /** A part of the expression, and how many states it needs; at least 1, so that nothing is repeated for nothing. */
    private sealed interface Part {
        long size();
    }

    private record One(Op op, IntPredicate set) implements Part {
        @Override
        public long size() {
            return 1;
        }
    }

    private record Sequence(List<Part> parts, long size) implements Part {}

    private record Either(List<Part> branches, long size) implements Part {}

    private record Repeat(Part part, int min, int max, long size) implements Part {}

    private EcmaPatternParser(String pattern, int statesMax) {
        this.pattern = pattern;
        this.statesMax = statesMax;
    }

    static State[] parse(String pattern, int statesMax) {
        var parser = new EcmaPatternParser(pattern, statesMax);
        var whole = parser.alternatives();
        if (!parser.isAtEnd()) {
            throw parser.wrong("an unmatched )");
        }
        var states = new ArrayList<State>((int) whole.size() + 1);
        layOut(whole, states);
        states.add(state(Op.FOUND, 0));
        return states.toArray(new State[0]);
    }

    private Part alternatives() {
        var branches = new ArrayList<Part>();
        long size = 0;
        do {
            var branch = sequence();
            branches.add(branch);
            size += branch.size() + 2;
        } while (eat('|'));
        return branches.size() == 1 ? branches.getFirst() : new Either(branches, bounded(size));
    }

    private Part sequence() {
        var parts = new ArrayList<Part>();
        long size = 0;
        while (!isAtEnd() && peek() != '|' && peek() != ')') {
            var part = repeated(atom());
            parts.add(part);
            size = bounded(size + part.size());
        }
        return new Sequence(parts, Math.max(1, size));
    }

    private Part repeated(Part part) {
        int min;
        int max;
        if (eat('*')) {
            min = 0;
            max = UNBOUNDED;
        } else if (eat('+')) {
            min = 1;
            max = UNBOUNDED;
        } else if (eat('?')) {
            min = 0;
            max = 1;
        } else if (!isAtEnd() && peek() == '{') {
            at++;
            min = number();
            max = !eat(',') ? min : !isAtEnd() && peek() == '}' ? UNBOUNDED : number();
            if (!eat('}') || (max != UNBOUNDED && max < min)) {
                throw wrong("a bad {…}");
            }
        } else {
            return part;
        }
        if (part instanceof One one && one.op != Op.READ) {
            throw wrong("a repeated ^, $ or \\b");
        }
        eat('?'); // lazy or greedy: found is found
        long more = max == UNBOUNDED ? part.size() + 2 : (long) (max - min) * (part.size() + 1);
        return new Repeat(part, min, max, bounded(Math.max(1, min * part.size() + more)));
    }

    private int number() {
        int from = at;
        while (!isAtEnd() && EcmaPattern.isDigit(peek())) {
            at++;
        }
        if (from == at) {
            throw wrong("a bad {…}");
        }
        bounded(at - from > 6 ? Long.MAX_VALUE : 0);
        return Integer.parseInt(pattern.substring(from, at));
    }

    private Part atom() {
        int c = next();
        return switch (c) {
            case '^' -> one(Op.BEGIN);
            case '$' -> one(Op.END);
            case '.' -> read(it -> !EcmaPattern.isLineEnd(it));
            case '(' -> group();
            case '[' -> read(characterClass());
            case '\\' -> escape();
            case '*', '+', '?' -> throw wrong("nothing to repeat");
            case '{', '}', ']' -> throw wrong("an unescaped " + Character.toString(c));
            default -> read(only(c));
        };
    }

    private Part group() {
        if (++groupsOpen > GROUPS_DEPTH_MAX) {
            throw wrong("too many groups inside each other");
        }
        if (eat('?')) {
            if (eat('<') && !isAtEnd() && peek() != '=' && peek() != '!') {
                skipGroupName();
            } else if (!eat(':')) {
                throw wrong("a look around or a modifier, which takes no linear time; split it over allOf or not");
            }
        }
        var inside = alternatives();
        if (!eat(')')) {
            throw wrong("an unclosed (");
        }
        groupsOpen--;
        return inside;
    }

    private void skipGroupName() {
        int from = at;
        while (!isAtEnd() && Character.isUnicodeIdentifierPart(peek())) {
            at++;
        }
        if (from == at || !eat('>')) {
            throw wrong("a bad name of a group");
        }
    }

    private Part escape() {
        int c = isAtEnd() ? -1 : peek();
        if (c == 'b' || c == 'B') {
            at++;
            return one(c == 'b' ? Op.WORD_BOUNDARY : Op.NO_WORD_BOUNDARY);
        }
        if (c == 'k' || (c >= '1' && c <= '9')) {
            throw wrong("a reference to a group, which takes no linear time");
        }
        var many = manyOrNull();
        return read(many != null ? many : only(escapedCharacter(false)));
    }

    /** @return the set of {@code \d} and the like; null if the escape is of one character */
    private @Nullable IntPredicate manyOrNull() {
        int c = isAtEnd() ? -1 : peek();
        IntPredicate set = switch (c) {
            case 'd', 'D' -> EcmaPattern::isDigit;
            case 'w', 'W' -> EcmaPattern::isWord;
            case 's', 'S' -> EcmaPattern::isSpace;
            case 'p', 'P' -> {
                at++;
                yield property();
            }
            default -> null;
        };
        if (set == null) {
            return null;
        }
        if (c != 'p' && c != 'P') {
            at++;
        }
        return Character.isUpperCase(c) ? set.negate() : set;
    }

    private IntPredicate property() {
        int end = pattern.indexOf('}', at);
        if (!eat('{') || end < 0) {
            throw wrong("a bad \\p{…}");
        }
        String name = pattern.substring(at, end);
        at = end + 1;
        var set = UnicodeProperty.of(name);
        if (set == null) {
            throw wrong("a property of characters that is not known");
        }
        return set;
    }

    private int escapedCharacter(boolean inClass) {
        int c = next();
        return switch (c) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'v' -> 0x0B;
            case 'f' -> '\f';
            case 'r' -> '\r';
            case '0' -> {
                if (!isAtEnd() && EcmaPattern.isDigit(peek())) {
                    throw wrong("an octal escape");
                }
                yield 0;
            }
            case 'c' -> control();
            case 'x' -> hex(2);
            case 'u' -> unicode();
            default -> {
                boolean backspace = inClass && c == 'b';
                if (!backspace && (c >= 0x80 || Character.isLetterOrDigit(c))) {
                    throw wrong("an escape that means nothing");
                }
                yield backspace ? '\b' : c;
            }
        };
    }

    private int control() {
        int letter = next();
        if (letter > 'z' || !Character.isLetter(letter)) {
            throw wrong("a bad \\c");
        }
        return letter % 32;
    }

    private int unicode() {
        if (eat('{')) {
            int end = pattern.indexOf('}', at);
            int digits = end - at;
            if (digits < 1 || digits > 6) {
                throw wrong("a bad \\u{…}");
            }
            int c = hex(digits);
            at++;
            if (c > Character.MAX_CODE_POINT) {
                throw wrong("a bad \\u{…}");
            }
            return c;
        }
        int first = hex(4);
        if (Character.isHighSurrogate((char) first) && pattern.startsWith("\\u", at)) {
            int mark = at;
            at += 2;
            int second = hex(4);
            if (Character.isLowSurrogate((char) second)) {
                return Character.toCodePoint((char) first, (char) second);
            }
            at = mark;
        }
        return first;
    }

    private int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = Character.digit(next(), 16);
            if (digit < 0) {
                throw wrong("a bad hexadecimal escape");
            }
            value = value << 4 | digit;
        }
        return value;
    }

    /** Behind the opening bracket. */
    private IntPredicate characterClass() {
        boolean negated = eat('^');
        var ranges = new ArrayList<int[]>();
        var sets = new ArrayList<IntPredicate>();
        while (!eat(']')) {
            var many = manyInClass();
            if (many != null) {
                sets.add(many);
                continue;
            }
            int from = classCharacter();
            int to = from;
            if (pattern.startsWith("-", at) && !pattern.startsWith("-]", at)) {
                at++;
                if (manyInClass() != null) {
                    throw wrong("a range to a set");
                }
                to = classCharacter();
            }
            if (to < from) {
                throw wrong("a range that runs backwards");
            }
            ranges.add(new int[] {from, to});
        }
        var set = anyOf(ranges.toArray(new int[0][]), sets.toArray(new IntPredicate[0]));
        return negated ? set.negate() : set;
    }

    private @Nullable IntPredicate manyInClass() {
        if (!pattern.startsWith("\\", at)) {
            return null;
        }
        at++;
        var many = manyOrNull();
        if (many == null) {
            at--;
        }
        return many;
    }

    private int classCharacter() {
        int c = next();
        return c == '\\' ? escapedCharacter(true) : c;
    }

    private static IntPredicate anyOf(int[][] ranges, IntPredicate[] sets) {
        return c -> {
            for (int[] range : ranges) {
                if (c >= range[0] && c <= range[1]) {
                    return true;
                }
            }
            for (var set : sets) {
                if (set.test(c)) {
                    return true;
                }
            }
            return false;
        };
    }

    private static IntPredicate only(int c) {
        return it -> it == c;
    }

    private static Part one(Op op) {
        return new One(op, it -> false);
    }

    private static Part read(IntPredicate set) {
        return new One(Op.READ, set);
    }

    private boolean isAtEnd() {
        return at == pattern.length();
    }

    private int peek() {
        return pattern.codePointAt(at);
    }

    private int next() {
        if (isAtEnd()) {
            throw wrong("an end too early");
        }
        int c = pattern.codePointAt(at);
        at += Character.charCount(c);
        return c;
    }

    private boolean eat(char c) {
        if (isAtEnd() || pattern.charAt(at) != c) {
            return false;
        }
        at++;
        return true;
    }

    private long bounded(long size) {
        if (size < 0 || size > statesMax) {
            throw wrong("more than " + statesMax + " states; repeat less");
        }
        return size;
    }

    private IllegalArgumentException wrong(String what) {
        String shown = pattern.length() <= 80 ? pattern : pattern.substring(0, 80) + "…";
        return new IllegalArgumentException("pattern " + shown + " has " + what + " (at " + at + ")");
    }

    private static void layOut(Part part, List<State> states) {
        switch (part) {
            case One(Op op, IntPredicate set) -> states.add(new State(op, 0, set));
            case Sequence(List<Part> parts, var _) -> parts.forEach(it -> layOut(it, states));
            case Either(List<Part> branches, var _) -> layOutEither(branches, states);
            case Repeat(Part repeated, int min, int max, var _) -> {
                for (int i = 0; i < min; i++) {
                    layOut(repeated, states);
                }
                if (max == UNBOUNDED) {
                    layOutLoop(repeated, states);
                } else {
                    layOutOptional(repeated, max - min, states);
                }
            }
        }
    }

    private static void layOutEither(List<Part> branches, List<State> states) {
        var jumps = new ArrayList<Integer>();
        for (int i = 0; i < branches.size(); i++) {
            int fork = states.size();
            boolean last = i == branches.size() - 1;
            if (!last) {
                states.add(state(Op.FORK, 0));
            }
            layOut(branches.get(i), states);
            if (!last) {
                jumps.add(states.size());
                states.add(state(Op.JUMP, 0));
                states.set(fork, state(Op.FORK, states.size()));
            }
        }
        jumps.forEach(jump -> states.set(jump, state(Op.JUMP, states.size())));
    }

    private static void layOutLoop(Part part, List<State> states) {
        int fork = states.size();
        states.add(state(Op.FORK, 0));
        layOut(part, states);
        states.add(state(Op.JUMP, fork));
        states.set(fork, state(Op.FORK, states.size()));
    }

    private static void layOutOptional(Part part, int times, List<State> states) {
        var forks = new ArrayList<Integer>();
        for (int i = 0; i < times; i++) {
            forks.add(states.size());
            states.add(state(Op.FORK, 0));
            layOut(part, states);
        }
        forks.forEach(fork -> states.set(fork, state(Op.FORK, states.size())));
    }

    private static State state(Op op, int target) {
        return new State(op, target, it -> false);
    }
}
