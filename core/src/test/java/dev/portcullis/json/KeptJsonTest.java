package dev.portcullis.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A text is the same whether a piece of it was copied or is referred to, and whoever asks for its bytes has all of them. */
class KeptJsonTest {
    private static final int SMALL = 4 * 1024;

    private static KeptJson kept(int bytes) {
        try (var out = JsonWriter.take()) {
            return new KeptJson(out.string("é".repeat((bytes - 2) / 2) + "x".repeat(bytes % 2)));
        }
    }

    private static byte[] bytes(KeptJson kept) {
        byte[] bytes = new byte[kept.length()];
        kept.bytes().get(bytes);
        return bytes;
    }

    private static void write(JsonWriter out, int kept, BiConsumer<JsonWriter, KeptJson> piece) {
        out.beginObject().name("a").number(1).name("list").beginArray();
        piece.accept(out, kept(kept));
        out.string("between");
        piece.accept(out, kept(kept + 1));
        out.endArray().name("z").string("end").endObject();
    }

    private static String text(int kept, BiConsumer<JsonWriter, KeptJson> piece) {
        try (var out = JsonWriter.take()) {
            write(out, kept, piece);
            return out.toString();
        }
    }

    private static String joined(JsonWriter.Parts parts) {
        byte[] middle = new byte[parts.middle().remaining()];
        parts.middle().duplicate().get(middle);
        return new String(parts.around(), 0, parts.at(), StandardCharsets.UTF_8)
                + new String(middle, StandardCharsets.UTF_8)
                + new String(parts.around(), parts.at(), parts.aroundLength() - parts.at(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 100, SMALL - 1, SMALL, SMALL + 1, 10_000, 100_000})
    void keptWhenOfAnySizeThenTextIsThatOfACopy(int bytes) {
        String copied = text(bytes, (out, kept) -> out.copy(bytes(kept)));

        assertThat(text(bytes, JsonWriter::kept)).isEqualTo(copied);
        try (var out = JsonWriter.take()) {
            write(out, bytes, JsonWriter::kept);
            var parts = out.parts();
            assertThat(parts == null).isEqualTo(bytes < SMALL);
            assertThat(out.length()).isEqualTo(copied.getBytes(StandardCharsets.UTF_8).length);
            assertThat(parts == null ? copied : joined(parts)).isEqualTo(copied);
            assertThat(out.toBytes()).asString(StandardCharsets.UTF_8).isEqualTo(copied);
            assertThat(out.parts()).isNull();
            assertThat(out.buffer()).startsWith(copied.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void bufferWhenMoreIsWrittenBehindThenAllIsThere() {
        try (var out = JsonWriter.take()) {
            out.beginArray().kept(kept(SMALL + 1));
            int length = out.length();
            assertThat(out.buffer()).hasSizeGreaterThanOrEqualTo(length);
            out.number(7).kept(kept(SMALL + 1)).endArray();

            String kept = new String(bytes(kept(SMALL + 1)), StandardCharsets.UTF_8);
            assertThat(joined(Objects.requireNonNull(out.parts()))).isEqualTo("[" + kept + ",7," + kept + "]");
            assertThat(out).hasToString("[" + kept + ",7," + kept + "]");
        }
    }

    @Test
    void clearWhenAPieceIsReferredToThenForgetsIt() {
        try (var out = JsonWriter.take()) {
            out.kept(kept(SMALL + 1));
            out.clear();
            out.number(1);

            assertThat(out.parts()).isNull();
            assertThat(out).hasToString("1");
        }
        try (var out = JsonWriter.take()) {
            out.kept(kept(SMALL + 1));
        }
        try (var out = JsonWriter.take()) {
            assertThat(out.parts()).isNull();
            assertThat(out.length()).isZero();
        }
    }

    /** Many threads send it at the same time. */
    @Test
    void bytesWhenReadThenOthersAreNotMoved() {
        var kept = kept(SMALL);
        var first = kept.bytes();
        first.position(17);

        assertThat(kept.bytes().position()).isZero();
        assertThat(first.isReadOnly()).isTrue();
        assertThat(first.isDirect()).isTrue();
        assertThat(kept.bytes().remaining()).isEqualTo(SMALL);
    }
}
