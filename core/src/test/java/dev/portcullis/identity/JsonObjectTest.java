package dev.portcullis.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonObjectTest {
    @Test
    void parseWhenUtf8ThenMembers() {
        var object = JsonObject.parse("{\"sub\":\"Åda\",\"gone\":null}".getBytes(StandardCharsets.UTF_8));

        assertThat(object).isNotNull();
        assertThat(object.string("sub")).isEqualTo("Åda");
        assertThat(object.has("gone")).isFalse();
    }

    /** Whoever else reads the same token reads UTF-8 (RFC 7519 §7.2): two readers must not see two objects. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE", "ISO-8859-1"})
    void parseWhenInAnotherEncodingThenNull(String charset) {
        assertThat(JsonObject.parse("{\"sub\":\"Åda\"}".getBytes(Charset.forName(charset))))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "{}{}", "{\"a\":1,\"a\":2}", "{\"a\":NaN}"})
    void parseWhenNotOneObjectThenNull(String json) { // T-84
        assertThat(JsonObject.parse(json.getBytes(StandardCharsets.UTF_8))).isNull();
    }
}
