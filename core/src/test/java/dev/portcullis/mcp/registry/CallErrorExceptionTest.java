package dev.portcullis.mcp.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallErrorExceptionTest {
    // H-49
    @ParameterizedTest
    @ValueSource(ints = {-32768, -32700, -32601, -32600, -32021, -32002, -32000})
    void newWhenCodeIsReservedThenThrows(int code) {
        assertThatThrownBy(() -> new CallErrorException(code, "m"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(code + " is reserved");
    }

    @ParameterizedTest
    @ValueSource(ints = {-32769, -32603, -32602, -31999, -1, 0, 1, 409})
    void newWhenCodeIsTheAuthorsThenKeepsIt(int code) {
        assertThat(new CallErrorException(code, "m").code()).isEqualTo(code);
    }

    // H-201
    @Test
    void newWhenMessageIsLongThenCutsIt() {
        assertThat(new CallErrorException(1, "x".repeat(2_000))).message().hasSize(1_000);
    }

    @Test
    void newWhenDataIsNoJsonThenThrows() {
        assertThatThrownBy(() -> new CallErrorException(1, "m", "{")).isInstanceOf(RuntimeException.class);
        assertThat(new CallErrorException(1, "m", "{\"a\":1}").data())
                .asString()
                .isEqualTo("{\"a\":1}");
    }
}
