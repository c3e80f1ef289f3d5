package dev.portcullis.http.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.portcullis.http.RequestHead;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** O-6, O-80; T-93. */
final class FormBodyTest {
    private static Map<String, List<String>> parse(String body) throws MalformedFormException {
        return FormBody.parse(body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void parseWhenWellFormedThenDecodesAndKeepsRepetitions() throws Exception {
        assertThat(parse("a=1&b=x+y%20%C3%A4&a=2&c&d=&e=f=g&&%61=3&ä=ö"))
                .containsExactly(
                        entry("a", List.of("1", "2", "3")),
                        entry("b", List.of("x y ä")),
                        entry("c", List.of("")),
                        entry("d", List.of("")),
                        entry("e", List.of("f=g")),
                        entry("ä", List.of("ö")));
        assertThat(parse("")).isEmpty();
        assertThat(parse("&")).isEmpty();
        assertThat(parse("=x")).containsExactly(entry("", List.of("x")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=%",
                "a=%4",
                "a=%zz",
                "a=%4z",
                "a=%-1",
                "%=1",
                "a=%C3",
                "a=%C3%28",
                "a=%ED%A0%80",
                "a=%FF",
                "a=%00",
                "a=\0"
            })
    void parseWhenMalformedThenThrows(String body) {
        assertThatThrownBy(() -> parse(body)).isInstanceOf(MalformedFormException.class);
    }

    @Test
    void parseWhenAtItsLimitsThenPassesAndBeyondThrows() throws Exception {
        String longest = "x".repeat(FormBody.PARAMETER_BYTES_MAX);
        assertThat(parse("a=" + longest)).containsEntry("a", List.of(longest));
        assertThatThrownBy(() -> parse("a=x" + longest)).isInstanceOf(MalformedFormException.class);
        assertThatThrownBy(() -> parse("x" + longest + "=a")).isInstanceOf(MalformedFormException.class);

        String most = "a=1&".repeat(FormBody.PARAMETERS_MAX);
        assertThat(parse(most)).containsKey("a");
        assertThatThrownBy(() -> parse(most + "a=1")).isInstanceOf(MalformedFormException.class);

        String whole = "&".repeat(FormBody.BYTES_MAX);
        assertThat(parse(whole)).isEmpty();
        assertThatThrownBy(() -> parse(whole + "&")).isInstanceOf(MalformedFormException.class);
    }

    @Test
    void parseQueryWhenNotAsciiThenThrows() throws Exception {
        assertThat(FormBody.parseQuery("a=%C3%A4")).containsEntry("a", List.of("ä"));
        assertThatThrownBy(() -> FormBody.parseQuery("a=ä")).isInstanceOf(MalformedFormException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "application/x-www-form-urlencoded, true",
        "Application/X-WWW-Form-URLencoded; charset=UTF-8, true",
        "application/json, false",
        "application/x-www-form-urlencoded2, false",
        "multipart/form-data; boundary=application/x-www-form-urlencoded, false",
        "'', false"
    })
    void isDeclaredByWhenContentTypeIsThatOfFormsThenTrue(String contentType, boolean isForm) {
        assertThat(FormBody.isDeclaredBy(head(contentType))).isEqualTo(isForm);
    }

    @Test
    void isDeclaredByWhenAbsentOrRepeatedThenFalse() {
        assertThat(FormBody.isDeclaredBy(head())).isFalse();
        assertThat(FormBody.isDeclaredBy(
                        head("application/x-www-form-urlencoded", "application/x-www-form-urlencoded")))
                .isFalse();
    }

    private static RequestHead head(String... contentTypes) {
        var headers = new DefaultHttpHeaders();
        for (String contentType : contentTypes) {
            headers.add("content-type", contentType);
        }
        return new RequestHead(HttpMethod.POST, "/token", "", headers, InetAddress.getLoopbackAddress());
    }
}
