package dev.portcullis.store.embedded;

import static dev.portcullis.store.GrantFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.PendingSignIn;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.record.Bytes;
import dev.portcullis.store.record.Records;
import dev.portcullis.store.record.Records.RefreshRow;
import dev.portcullis.store.record.Records.RememberedClient;
import dev.portcullis.store.record.Records.SpentId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records of earlier versions, built here byte by byte as core/STORAGE.md had them: they are read as what they meant, and written anew as today's. */
class OldRecordsTest {
    private static final TokenHash HASH = TokenHash.of("a token");
    private static final byte[] WRAPPED = {1, 2, 3};
    private static final RegisteredClient CLIENT = new RegisteredClient(
            "client-1",
            null,
            List.of("http://localhost/cb"),
            RegisteredClient.AuthMethod.CLIENT_SECRET_BASIC,
            TokenHash.of("secret"),
            List.of("authorization_code"),
            RegisteredClient.Kind.DYNAMIC,
            NOW - 9);

    private static Bytes record() {
        return new Bytes(64).u8(1);
    }

    /** id, name, redirect URIs, method, secret hash, grant types, kind, issuedAt. */
    private static Bytes client(Bytes out) {
        return out.text("client-1")
                .u8(0)
                .varint(1)
                .text("http://localhost/cb")
                .text("client_secret_basic")
                .u8(1)
                .raw(TokenHash.of("secret").toBytes())
                .varint(1)
                .text("authorization_code")
                .text("DYNAMIC")
                .u64(NOW - 9);
    }

    @Test
    void clientWhenOfVersion1ThenHasNoKeysAndNoBound() {
        byte[] old = client(record().u64(NOW)).toArray();

        assertThat(Records.client(old)).usingRecursiveComparison().isEqualTo(new RememberedClient(CLIENT, NOW));
        assertThat(Records.client(old).client().keys()).isNull();
        assertThat(Records.client(old).client().scopes()).isEqualTo(Scopes.NONE);
        assertThat(Records.client(Records.encode(Records.client(old))))
                .usingRecursiveComparison()
                .isEqualTo(Records.client(old));
    }

    /** What the provider said when it was made was its last word (O-99). */
    @Test
    void grantWhenOfVersion1ThenWasCheckedWhenItWasMade() {
        byte[] old = client(record().text("grant-1"))
                .text("http://localhost/cb")
                .text("person")
                .varint(1)
                .text("tools")
                .varint(1)
                .text("http://localhost:8788/mcp")
                .sized(WRAPPED)
                .u64(NOW)
                .u64(NOW + 1)
                .u64(NOW + 2)
                .u64(NOW + 3)
                .toArray();

        Grant read = Records.grant(old);

        assertThat(read)
                .usingRecursiveComparison()
                .isEqualTo(new Grant(
                        "grant-1",
                        CLIENT,
                        "http://localhost/cb",
                        "person",
                        Scopes.of("tools"),
                        List.of("http://localhost:8788/mcp"),
                        WRAPPED,
                        NOW,
                        NOW + 1,
                        NOW + 2,
                        NOW + 3));
        assertThat(read.checkedAt()).isEqualTo(NOW);
        assertThat(read.checkingUntil()).isZero();
        assertThat(Records.encode(read)[0]).isEqualTo((byte) 2);
        assertThat(Records.grant(Records.encode(read)))
                .usingRecursiveComparison()
                .isEqualTo(read);
    }

    @Test
    void tokensWhenOfVersion1ThenAreBoundToNoKey() {
        byte[] code = record().raw(HASH.toBytes())
                .text("grant-1")
                .text("challenge")
                .sized(WRAPPED)
                .u64(NOW)
                .u8(1)
                .toArray();
        byte[] access = record().raw(HASH.toBytes())
                .text("grant-1")
                .varint(0)
                .varint(0)
                .sized(WRAPPED)
                .u64(NOW)
                .toArray();
        byte[] refresh = record().raw(HASH.toBytes())
                .text("grant-1")
                .u32(7)
                .sized(WRAPPED)
                .u64(NOW)
                .u64(NOW + 1)
                .u64(RefreshRow.NEVER)
                .toArray();

        assertThat(Records.code(code))
                .usingRecursiveComparison()
                .isEqualTo(new AuthorizationCode(HASH, "grant-1", "challenge", WRAPPED, NOW, true));
        assertThat(Records.accessToken(access))
                .usingRecursiveComparison()
                .isEqualTo(new AccessToken(HASH, "grant-1", Scopes.NONE, List.of(), WRAPPED, NOW));
        assertThat(Records.refreshRow(refresh))
                .usingRecursiveComparison()
                .isEqualTo(
                        new RefreshRow(new RefreshToken(HASH, "grant-1", 7, WRAPPED, NOW, NOW + 1), RefreshRow.NEVER));
    }

    @Test
    void spentIdWhenOfVersion2ThenNothingIsKnownOfItsOutcome() {
        byte[] old = new Bytes(64).u8(2).raw(HASH.toBytes()).u64(NOW).toArray();

        assertThat(Records.spentId(old)).usingRecursiveComparison().isEqualTo(SpentId.withoutOutcome(HASH, NOW));
    }

    @Test
    void pendingSignInWhenOfVersion1ThenIsTheSame() {
        byte[] old = record().raw(HASH.toBytes())
                .raw(HASH.toBytes())
                .u64(NOW)
                .sized(WRAPPED)
                .toArray();

        assertThat(Records.pendingSignIn(old))
                .usingRecursiveComparison()
                .isEqualTo(new PendingSignIn(HASH, HASH, WRAPPED, NOW));
    }
}
