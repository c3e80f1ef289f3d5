package dev.portcullis.store.record;

import static dev.portcullis.store.GrantFixture.NOW;
import static dev.portcullis.store.GrantFixture.access;
import static dev.portcullis.store.GrantFixture.client;
import static dev.portcullis.store.GrantFixture.code;
import static dev.portcullis.store.GrantFixture.grant;
import static dev.portcullis.store.GrantFixture.newHash;
import static dev.portcullis.store.GrantFixture.pending;
import static dev.portcullis.store.GrantFixture.refresh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.store.Grant;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.record.Records.RefreshRow;
import dev.portcullis.store.record.Records.RememberedClient;
import dev.portcullis.store.record.Records.SpentId;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordsTest {
    private record Kind(String name, Object record, byte[] encoded, Function<byte[], Object> decode) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> kinds() {
        Grant grant = grant("person \u00e9", "client");
        var pending = pending(NOW);
        var remembered = new RememberedClient(client("c"), NOW);
        var code = code(grant);
        var access = access(grant);
        var spent = new SpentId(newHash(), NOW, new byte[] {1, 2, 3});
        var row = new RefreshRow(refresh(grant, Integer.MAX_VALUE), RefreshRow.NEVER);
        return Stream.of(
                new Kind("pending sign-in", pending, Records.encode(pending), Records::pendingSignIn),
                new Kind("client", remembered, Records.encode(remembered), Records::client),
                new Kind("grant", grant, Records.encode(grant), Records::grant),
                new Kind("code", code, Records.encode(code), Records::code),
                new Kind("access token", access, Records.encode(access), Records::accessToken),
                new Kind("spent id", spent, Records.encode(spent), Records::spentId),
                new Kind("refresh token", row, Records.encode(row), Records::refreshRow),
                new Kind("retired token", row.withoutKey(), Records.encode(row.withoutKey()), Records::refreshRow));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void decodeWhenEncodedThenEqual(Kind kind) {
        assertThat(kind.decode.apply(kind.encoded)).usingRecursiveComparison().isEqualTo(kind.record);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void decodeWhenCutOrLengthenedOrOfAnotherVersionThenDamaged(Kind kind) {
        for (int length = 0; length < kind.encoded.length; length++) {
            byte[] cut = Arrays.copyOf(kind.encoded, length);
            assertThatThrownBy(() -> kind.decode.apply(cut)).isInstanceOf(StoreException.class);
        }
        byte[] longer = Arrays.copyOf(kind.encoded, kind.encoded.length + 1);
        assertThatThrownBy(() -> kind.decode.apply(longer)).isInstanceOf(StoreException.class);
        byte[] newer = kind.encoded.clone();
        newer[0]++;
        assertThatThrownBy(() -> kind.decode.apply(newer))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("version " + newer[0] + ", this server knows 1 to " + kind.encoded[0]);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void decodeWhenBytesAreChangedThenARecordOrDamagedAndNothingWorse(Kind kind) {
        var random = new Random(7);
        for (int i = 0; i < 5000; i++) {
            byte[] changed = kind.encoded.clone();
            for (int n = random.nextInt(3); n >= 0; n--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(kind.decode.apply(changed)).isNotNull();
            } catch (StoreException e) {
                assertThat(e).message().containsAnyOf("damaged", "version");
            }
        }
    }
}
