package dev.portcullis.oauth.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** O-128; T-57, T-114. */
final class ClientNamesTest {
    @Test
    void cleanWhenNameIsPlainThenKeepsIt() {
        assertThat(ClientNames.clean("MCP Inspector <1.0> \"ä\" 日本 👍")).isEqualTo("MCP Inspector <1.0> \"ä\" 日本 👍");
    }

    @Test
    void cleanWhenNameHidesThingsThenDropsThem() {
        assertThat(ClientNames.clean("Cla\u202Eedu\u200B\uFEFF\u2066 \u0007\u001B[31m\uD83D"))
                .isEqualTo("Claedu [31m");
        assertThat(ClientNames.clean("a\r\n\t b\u00A0\u2003c ")).isEqualTo("a b c");
        assertThat(ClientNames.clean("x\uDB40\uDC41\u3164\uFE0F")).isEqualTo("x");
    }

    @Test
    void cleanWhenNothingIsLeftThenNull() {
        assertThat(ClientNames.clean("")).isNull();
        assertThat(ClientNames.clean(" \u200B\u202E\n")).isNull();
    }

    @Test
    void cleanWhenNameIsLongThenCutsItBetweenCharacters() {
        assertThat(ClientNames.clean("x".repeat(10_000))).hasSize(200);
        assertThat(ClientNames.clean("x" + "👍".repeat(200))).hasSize(199).endsWith("👍");
        assertThat(ClientNames.clean("x".repeat(199) + " y")).isEqualTo("x".repeat(199));
    }
}
