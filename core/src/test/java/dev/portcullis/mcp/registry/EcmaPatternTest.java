package dev.portcullis.mcp.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EcmaPatternTest {
    private static final int STATES_MAX = 50_000;
    private static final int MILLIS = 600_000;

    /** An expression, a text in which it is found, and one in which it is not. */
    record Case(String pattern, String found, String notFound) {}

    private static Case of(String pattern, String found, String notFound) {
        return new Case(pattern, found, notFound);
    }

    static List<Case> cases() {
        return List.of(
                of("abc", "xabcx", "abx"),
                of("^abc$", "abc", "abcd"),
                of("^$", "", "a"),
                of("$^", "", "a"),
                of("^a$", "a", "a\n"), // $ is the end, not the last line's
                of("^a|b$", "ac", "cba"),
                of("^(a|b)*c$", "ababc", "abab"),
                of("^(|a)+$", "aaa", "b"),
                of("^(?:ab)+$", "abab", "aba"),
                of("^(?<year>[0-9]{4})$", "2026", "202"),
                of("^a?b{2,3}c{2,}$", "abbcc", "abcc"),
                of("^a{0}b$", "b", "ab"),
                of("^x{0,2}$", "xx", "xxx"),
                of("^(x{2}){2}$", "xxxx", "xxx"),
                of("^(a?){3}$", "aa", "aaaa"),
                of("^a+?b*?c??$", "aab", "aad"),
                of("^[a-c_-]+$", "a-_c", "d"),
                of("^[^a-c]$", "d", "b"),
                of("^[^]$", "\n", ""),
                of("a|[]", "a", "]"),
                of("^[.*+?(){}|^$[]+$", ".*+?(){}|^$[", "a"),
                of("^\\d+$", "017", "٣"),
                of("^\\D$", "٣", "3"),
                of("^\\w+$", "a_Z9", "é"),
                of("^\\W$", "é", "e"),
                of("^[\\d\\-x]+$", "1-x", "y"),
                of("^[\\b]$", "\b", "b"),
                of("^[\\S]$", "a", "\u00A0"),
                of("^\\s$", "\uFEFF", "a"),
                of("^\\S$", "a", "\u2028"),
                of("\\bcat\\b", "a-cat-b", "concat"),
                of("\\Bcat", "concat", "a-cat"),
                of("^.$", "😀", "\r"),
                of("^.{3}$", "a😀b", "a😀"),
                of("^[😀-😂]$", "😁", "😃"),
                of("^\\u{1F600}$", "😀", "😁"),
                of("^\\ud83d\\ude00$", "😀", "😁"),
                of("^\\u0041\\x42\\cJ\\0$", "AB\n\0", "ABJ0"),
                of("^\\t\\n\\v\\f\\r$", "\t\n\u000B\f\r", "tnvfr"),
                of("^\\^\\$\\\\\\.\\*\\/$", "^$\\.*/", "x"),
                of("^\\p{Lu}\\p{Ll}+$", "Éa", "éa"),
                of("^\\p{Letter}$", "ß", "1"),
                of("^\\P{L}$", "1", "a"),
                of("^\\p{Script=Greek}+$", "λόγος", "logos"),
                of("^\\p{sc=Han}$", "漢", "a"),
                of("^\\p{gc=Nd}$", "٣", "x"),
                of("^[\\p{L}\\p{N}]+$", "aé1", "a-"),
                of("^\\p{Emoji}$", "😀", "a"),
                of("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b810"),
                of("^\\S{1,2048}$", "a".repeat(2_048), "a".repeat(2_049)));
    }

    // ECMA-262 §22.2; JSON Schema Core §6.4
    @ParameterizedTest
    @MethodSource("cases")
    void isFoundInWhenPatternIsSoundThenFindsWhatEcmaScriptFinds(Case it) {
        assertThat(isFound(it.pattern, it.found)).isTrue();
        assertThat(isFound(it.pattern, it.notFound)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                ")",
                "(a",
                "a)",
                "[a",
                "*",
                "a**",
                "a++",
                "+a",
                "a{2,1}",
                "a{",
                "a{1",
                "a{x}",
                "{",
                "}",
                "]",
                "^*",
                "\\b+",
                "\\",
                "\\z",
                "\\A",
                "\\Qa\\E",
                "\\1",
                "(a)\\1",
                "(?<a>x)\\k<a>",
                "(?=a)",
                "(?!a)",
                "(?<=a)",
                "(?<!a)",
                "(?i)a",
                "(?<>a)",
                "(?<a",
                "(?",
                "[b-a]",
                "[a-\\d]",
                "[a\\",
                "\\x1",
                "\\u12",
                "\\u{}",
                "\\u{110000}",
                "\\u{1F600",
                "\\c1",
                "\\01",
                "\\p",
                "\\p{",
                "\\p{Nonsense}",
                "\\pL",
                "\\p{Script=Nonsense}",
                "\\p{}",
                "\\é",
            })
    void compileWhenPatternIsNoneOfOursThenThrows(String pattern) {
        assertThatThrownBy(() -> EcmaPattern.compile(pattern, STATES_MAX))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("pattern " + pattern + " has ");
    }

    // T-28: what would take much room, or time to lay out, is refused before
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a{50001}",
                "(a{1000}){1000}",
                "((((a{100}){100}){100}){100}){100}",
                "((((a?){100}){100}){100}){100}",
                "((((){99999}){99999}){99999}){99999}",
                "((((|){99999}){99999}){99999}){99999}",
                "a{99999999999999999999}",
                "a{0,999999}",
                "((a{0}){999999}){999999}",
            })
    @Timeout(60)
    void compileWhenRepetitionsMultiplyThenThrows(String pattern) {
        assertThatThrownBy(() -> EcmaPattern.compile(pattern, STATES_MAX)).hasMessageContaining("states");
    }

    @Test
    void compileWhenGroupsAreDeepThenThrows() {
        assertThat(isFound("(".repeat(100) + "a" + ")".repeat(100), "a")).isTrue();
        assertThatThrownBy(() -> EcmaPattern.compile("(".repeat(100_000) + ")".repeat(100_000), STATES_MAX))
                .hasMessageContaining("groups");
    }

    @Test
    void compileWhenPatternIsLongThenShowsItsBeginning() {
        assertThatThrownBy(() -> EcmaPattern.compile("a".repeat(10_000) + "(", STATES_MAX))
                .message()
                .hasSizeLessThan(200);
    }

    static List<Case> explosive() {
        String as = "a".repeat(50_000);
        return List.of(
                of("^(a+)+$", as, as + "!"),
                of("^(a*)*$", as, as + "!"),
                of("^(a|a)*$", as, as + "!"),
                of("^(a|aa)+$", as, as + "!"),
                of("^(a?){40}a{40}$", "a".repeat(40), "a".repeat(39)),
                of("^(.*a){12}$", as, as + "!"),
                of("(x+x+)+y", "x".repeat(5_000) + "y", "x".repeat(5_000)),
                of(
                        "^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$",
                        "ab@ab.com", as + "@"),
                of("^(([a-z])+.)+[A-Z]([a-z])+$", "ab.Abc", as),
                of("^\\s+|\\s+$", " x", "x" + " ".repeat(20_000) + "x"),
                of("^(\\d+\\s*)*$", "1 2 3", "1 ".repeat(20_000) + "x"),
                of("^(?:(?:(?:a|b)*)*)*c$", "abc", "ab".repeat(20_000)),
                of("^(|){60}x$", "x", ""), // repeats nothing, and looks at no character
                of("^((((a*)*)*)*)*$", as, as + "b"),
                of("^(a|b|ab)*c$", "ababc", "ab".repeat(20_000)));
    }

    // T-28: each would take a backtracking engine more steps than it has time, or stack
    @ParameterizedTest
    @MethodSource("explosive")
    @Timeout(120)
    void isFoundInWhenABacktrackingEngineExplodesThenEnds(Case it) {
        assertThat(isFound(it.pattern, it.found)).isTrue();
        assertThat(isFound(it.pattern, it.notFound)).isFalse();
    }

    @Test
    @Timeout(120)
    void isFoundInWhenTimeIsOverThenThrows() {
        var pattern = EcmaPattern.compile("^(a?){10000}b$", STATES_MAX);
        String text = "a".repeat(1_000_000); // 10^10 steps
        assertThatThrownBy(() -> pattern.isFoundIn(text, new CheckBudget(50))).isInstanceOf(CheckBudget.Spent.class);
    }

    /** An expression, and what it means: from these places in a text it leads to those. (The JDK's engine is no measure: it misses empty rounds of lazy loops.) */
    private record Meaning(String pattern, BiFunction<String, BitSet, BitSet> ends) {
        static Meaning place(String pattern, BiPredicate<String, Integer> holds) {
            return new Meaning(pattern, (text, from) -> {
                var to = new BitSet();
                from.stream().filter(i -> holds.test(text, i)).forEach(to::set);
                return to;
            });
        }

        static Meaning character(String pattern, IntPredicate set) {
            return new Meaning(pattern, (text, from) -> {
                var to = new BitSet();
                from.stream()
                        .filter(i -> i < text.length() && set.test(text.charAt(i)))
                        .forEach(i -> to.set(i + 1));
                return to;
            });
        }

        Meaning then(Meaning next) {
            return new Meaning(pattern + next.pattern, (text, from) -> next.ends.apply(text, ends.apply(text, from)));
        }

        Meaning or(Meaning other) {
            return new Meaning("(" + pattern + "|" + other.pattern + ")", (text, from) -> {
                var to = (BitSet) ends.apply(text, from).clone();
                to.or(other.ends.apply(text, from));
                return to;
            });
        }

        Meaning times(String quantifier, int min, int max) {
            return new Meaning("(?:" + pattern + ")" + quantifier, (text, from) -> {
                var at = from;
                for (int i = 0; i < min; i++) {
                    at = ends.apply(text, at);
                }
                var all = (BitSet) at.clone();
                for (int i = min; i < max; i++) { // more rounds than places find nothing new
                    at = ends.apply(text, at);
                    all.or(at);
                }
                return all;
            });
        }

        boolean isFoundIn(String text) {
            var anywhere = new BitSet();
            anywhere.set(0, text.length() + 1);
            return !ends.apply(text, anywhere).isEmpty();
        }

        private static boolean isBoundary(String text, int i) {
            boolean before = i > 0 && text.charAt(i - 1) != '-';
            boolean after = i < text.length() && text.charAt(i) != '-';
            return before != after;
        }

        static Meaning random(Random random, int depth) {
            return switch (random.nextInt(depth == 0 ? 8 : 14)) {
                case 0 -> place("^", (_, i) -> i == 0);
                case 1 -> place("$", (text, i) -> i == text.length());
                case 2 -> place("\\b", Meaning::isBoundary);
                case 3 -> place("\\B", (text, i) -> !isBoundary(text, i));
                case 4 -> character("[^a]", c -> c != 'a');
                case 5 -> character("\\w", c -> c != '-');
                case 6 -> character("a", c -> c == 'a');
                case 7 -> character("b", c -> c == 'b');
                case 8, 9, 10 -> random(random, depth - 1).then(random(random, depth - 1));
                case 11 -> random(random, depth - 1).or(random(random, depth - 1));
                default -> {
                    var inner = random(random, depth - 1);
                    yield switch (random.nextInt(6)) {
                        case 0 -> inner.times("*", 0, 20);
                        case 1 -> inner.times("+?", 1, 20);
                        case 2 -> inner.times("?", 0, 1);
                        case 3 -> inner.times("{2}", 2, 2);
                        case 4 -> inner.times("{1,3}?", 1, 3);
                        default -> inner.times("{2,}", 2, 20);
                    };
                }
            };
        }
    }

    @Test
    void isFoundInWhenPatternIsRandomThenFindsWhatItMeans() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        int found = 0;
        for (int round = 0; round < 20_000; round++) {
            var meaning = Meaning.random(random, 4);
            var pattern = EcmaPattern.compile(meaning.pattern, STATES_MAX);
            var text = new StringBuilder();
            for (int length = random.nextInt(8); length > 0; length--) {
                text.append("ab-".charAt(random.nextInt(3)));
            }
            boolean expected = meaning.isFoundIn(text.toString());
            assertThat(pattern.isFoundIn(text.toString(), new CheckBudget(MILLIS)))
                    .as("%s in %s, seed %d", meaning.pattern, text, seed)
                    .isEqualTo(expected);
            found += expected ? 1 : 0;
        }
        assertThat(found).isBetween(2_000, 18_000); // else little was compared
    }

    private static boolean isFound(String pattern, String text) {
        return EcmaPattern.compile(pattern, STATES_MAX).isFoundIn(text, new CheckBudget(MILLIS));
    }
}
