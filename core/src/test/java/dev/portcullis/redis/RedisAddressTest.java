package dev.portcullis.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.redis.RedisAddress.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "redis://h redis://h:6379",
                "REDIS://u:p@h:7000/2 redis://h:7000/2",
                "rediss://[::1]:7000 rediss://[::1]:7000",
                "redis-sentinel://u:p@a,b:1/3#m redis-sentinel://a:26379,b:1/3#m",
                "rediss-sentinel://a#m rediss-sentinel://a:26379#m",
                "redis-cluster://a,b:7001 redis-cluster://a:6379,b:7001",
                "rediss-cluster://a/0 rediss-cluster://a:6379",
            })
    void parseWhenRightThenPrintsWithoutTheLogin(String url, String printed) {
        assertThat(RedisAddress.parse(url)).hasToString(printed);
        assertThat(RedisAddress.parse(printed)).hasToString(printed);
    }

    @Test
    void parseWhenItHasALoginThenDecodesIt() {
        var address = RedisAddress.parse("redis://us%2Fer:p%40ss+%3A:word@[fe80::1]");
        assertThat(address.user()).isEqualTo("us/er");
        assertThat(address.password()).isEqualTo("p@ss+::word");
        assertThat(address.servers()).containsExactly(new Server("fe80::1", 6379));

        assertThat(RedisAddress.parse("redis://:pw@h").user()).isNull();
        assertThat(RedisAddress.parse("redis://pw@h").password()).isEqualTo("pw");
        assertThat(RedisAddress.parse("redis://h").password()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "redis:h",
                "http://h",
                "redis://",
                "redis://h:0",
                "redis://h:65536",
                "redis://h:x",
                "redis://a b",
                "redis://a,b",
                "redis://h/one",
                "redis://h#m",
                "redis://h?db=1",
                "redis-sentinel://h",
                "redis-sentinel://h,#m",
                "redis-cluster://h/1",
                "redis://%zz@h",
            })
    void parseWhenWrongThenSaysWhy(String url) {
        assertThatThrownBy(() -> RedisAddress.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://:hunter2#x@h", "redis://me:hunter2#@h:1", "redis-sentinel://hunter2#3@h#m"})
    void parseWhenAPasswordIsNotEscapedThenRepeatsNothingOfIt(String url) {
        assertThatThrownBy(() -> RedisAddress.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("%23")
                .hasNoCause()
                .message()
                .doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{x}", "a b", "a*"})
    void settingsWhenThePrefixWouldBreakSlotsThenRefuses(String prefix) {
        assertThatThrownBy(() -> RedisSettings.of("redis://h").withPrefix(prefix))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
