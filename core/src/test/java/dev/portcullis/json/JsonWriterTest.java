package dev.portcullis.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonWriterTest {
    private static final int LONG = 3 * AsciiPiece.CHARS;
    private static final List<String> ODD =
            List.of("\"", "\\", "\n", "\t", "\u0000", "\u001F", "\u007F", "\u0080", "é", "❄", "😀", "\uD800", "\uDC00");

    @Test
    void stringWhenLongAndPlainThenIsItselfBetweenQuotes() {
        for (int length = AsciiPiece.CHARS - 1; length <= AsciiPiece.CHARS + 1; length++) {
            assertThat(written("x".repeat(length))).isEqualTo('"' + "x".repeat(length) + '"');
        }
    }

    @Test
    void stringWhenSomethingIsEscapedAnywhereInALongOneThenIsWrittenAsInAShortOne() {
        for (String odd : ODD) {
            String escaped = characterByCharacter(odd);
            for (int at = 0; at <= LONG; at++) {
                String before = "a".repeat(at);
                String after = "z".repeat(LONG - at);
                assertThat(written(before + odd + after)).isEqualTo('"' + before + escaped + after + '"');
            }
        }
    }

    @Test
    void stringWhenLongAndOfManyKindsThenIsWrittenAsItsCharactersAre() {
        var random = new Random(20_260_728);
        for (int round = 0; round < 200; round++) {
            var text = new StringBuilder();
            int each = 1 + random.nextInt(300);
            while (text.length() < LONG) {
                text.append("plain ".repeat(random.nextInt(each) / 6)).append(ODD.get(random.nextInt(11)));
            }
            assertThat(written(text.toString())).isEqualTo('"' + characterByCharacter(text.toString()) + '"');
        }
    }

    private static String written(String text) {
        try (var out = JsonWriter.take()) {
            return out.string(text).toString();
        }
    }

    /** As strings of one character are written, without their quotes. */
    private static String characterByCharacter(String text) {
        var all = new StringBuilder();
        text.codePoints().forEach(code -> {
            String one = written(Character.toString(code));
            all.append(one, 1, one.length() - 1);
        });
        return all.toString();
    }
}
