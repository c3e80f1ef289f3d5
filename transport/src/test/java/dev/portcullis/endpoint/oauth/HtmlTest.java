package dev.portcullis.endpoint.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlTest {
    /** O-62: good in element content and in quoted attributes. */
    @Test
    void textWhenItHasMarkupThenIsEscaped() {
        assertThat(new Html().text("<b a=\"x\" c='y'>&amp;`").toString())
                .isEqualTo("&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;`");
    }

    /** T-57: nothing that turns, hides, or fakes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\u202Eb", // right-to-left override
                "a\u2066b\u2069", // isolates
                "a\u200Bb\u200D\uFEFF", // zero width
                "a\u00ADb", // soft hyphen
                "a\u0000\u0007\u001B\u007F\u0085b", // controls
                "a\uDB40\uDC41b", // tag character
                "a\uD800b", // lone surrogate
                "a\uE000b", // private use
                "a\u3164\u115Fb", // fillers
                "\u061Ca\u180Eb" // Arabic letter mark, Mongolian separator
            })
    void cleanWhenThereAreInvisibleCharactersThenDropsThem(String text) {
        assertThat(Html.clean(text)).isEqualTo("ab");
    }

    @ParameterizedTest
    @CsvSource({
        "'a\r\nb', a b",
        "'a \t\u00A0\u2003 b', a b",
        "' a ', a",
        "\u0645\u0631\u062D\u0628\u0627, \u0645\u0631\u062D\u0628\u0627"
    })
    void cleanWhenThereAreSpacesOrOtherScriptsThenKeepsTheText(String text, String clean) {
        assertThat(Html.clean(text)).isEqualTo(clean);
    }

    @Test
    void cleanWhenMarksAreStackedThenKeepsAFew() {
        assertThat(Html.clean("q" + "\u0301".repeat(50))).hasSize(4);
    }

    @Test
    void textWhenItIsLongThenIsCutBetweenCharacters() {
        assertThat(new Html().text("\ud83d\ude00".repeat(10_000), 3).toString())
                .isEqualTo("\ud83d\ude00\ud83d\ude00\ud83d\ude00…");
        assertThat(new Html().text("abc", 3).toString()).isEqualTo("abc");
    }
}
