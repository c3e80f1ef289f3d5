package dev.portcullis.http.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.http.RequestHead;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CookiesTest {
    private static Map<String, String> of(String... fields) {
        var headers = new DefaultHttpHeaders();
        for (String field : fields) {
            headers.add("cookie", field);
        }
        return Cookies.of(new RequestHead(HttpMethod.GET, "/", "", headers, InetAddress.getLoopbackAddress()));
    }

    @Test
    void ofWhenCookiesComeThenKeepsTheirOrder() {
        assertThat(of("a=1; b=2;c=3", "d=4=5"))
                .containsExactly(Map.entry("a", "1"), Map.entry("b", "2"), Map.entry("c", "3"), Map.entry("d", "4=5"));
        assertThat(of()).isEmpty();
    }

    /** T-60: of two with one name nobody knows which is ours, wherever they stand and even if they are the same. */
    @Test
    void ofWhenANameComesTwiceThenLeavesItOut() {
        assertThat(of("a=1; b=2; a=3")).containsOnlyKeys("b");
        assertThat(of("a=1; b=2", "a=1")).containsOnlyKeys("b");
        assertThat(of("a=1; a=2; a=3")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ";", "; ;", "=", "=x", "novalue", ";=;"})
    void ofWhenItIsNoCookieThenIgnoresIt(String field) {
        assertThat(of(field)).isEmpty();
        assertThat(of(field + "; good=1")).containsExactly(Map.entry("good", "1"));
    }

    /** T-60. */
    @Test
    void ofWhenThereAreTooManyThenTheRestIsAbsent() {
        var field = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            field.append("n").append(i).append("=1; ");
        }
        assertThat(of(field.toString()))
                .hasSize(Cookies.COOKIES_MAX)
                .containsKey("n0")
                .doesNotContainKey("n100");
    }

    /** O-64. */
    @Test
    void setWhenSecureThenHasEveryAttribute() {
        assertThat(Cookies.set("__Host-mcp_x", "v-_1", 600, true))
                .isEqualTo("__Host-mcp_x=v-_1; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure");
        assertThat(Cookies.set("mcp_x", "", 0, false)).isEqualTo("mcp_x=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a;b", "a b", "a,b", "a\r\nSet-Cookie: x=1", "a\"b", "a=b", "\u00e4"})
    void setWhenValueIsNotPlainThenFails(String value) {
        assertThatThrownBy(() -> Cookies.set("x", value, 1, true)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Cookies.set(value, "x", 1, true)).isInstanceOf(IllegalArgumentException.class);
    }
}
