package dev.portcullis.store.record;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.PendingSignIn;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.ClientKeys;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Each record as bytes: a version byte, then its fields in the order of core/STORAGE.md. A field more or less is a new version, and its reader keeps the old ones
 * readable. No Java serialization (T-118). Stateless.
 */
public final class Records {
    private static final int VERSION = 2;
    private static final int SPENT_ID_VERSION = 3;

    private static final int NO_KEYS = 0;
    private static final int KEYS_INLINE = 1;
    private static final int KEYS_AT = 2;

    private Records() {}

    public static byte[] encode(PendingSignIn pending) {
        return new Bytes(96 + pending.sealed().length)
                .u8(VERSION)
                .raw(pending.state().toBytes())
                .raw(pending.browser().toBytes())
                .u64(pending.expiresAt())
                .sized(pending.sealed())
                .toArray();
    }

    public static PendingSignIn pendingSignIn(byte[] record) {
        return RecordReader.read(record, VERSION, "a pending sign-in", in -> {
            var state = in.hash();
            var browser = in.hash();
            long expiresAt = in.u64();
            return new PendingSignIn(state, browser, in.sized(), expiresAt);
        });
    }

    public static byte[] encode(RememberedClient remembered) {
        var out = new Bytes(256).u8(VERSION).u64(remembered.expiresAt());
        writeClient(out, remembered.client());
        return out.toArray();
    }

    public static RememberedClient client(byte[] record) {
        return RecordReader.read(record, VERSION, "a client", in -> {
            long expiresAt = in.u64();
            return new RememberedClient(readClient(in), expiresAt);
        });
    }

    public static byte[] encode(Grant grant) {
        var out = new Bytes(512 + grant.sealedProps().length).u8(VERSION).text(grant.id());
        writeClient(out, grant.client());
        out.text(grant.redirectUri()).text(grant.subjectKey());
        writeTexts(out, grant.scopes().values());
        writeTexts(out, grant.resources());
        return out.sized(grant.sealedProps())
                .u64(grant.createdAt())
                .u64(grant.lastUsedAt())
                .u64(grant.expiresAt())
                .u64(grant.endsAt())
                .u64(grant.checkedAt())
                .u64(grant.checkingUntil())
                .toArray();
    }

    public static Grant grant(byte[] record) {
        return RecordReader.read(record, VERSION, "a grant", in -> {
            var grant = new Grant(
                    in.text(),
                    readClient(in),
                    in.text(),
                    in.text(),
                    Scopes.of(in.texts()),
                    in.texts(),
                    in.sized(),
                    in.u64(),
                    in.u64(),
                    in.u64(),
                    in.u64());
            return in.version() < 2
                    ? grant
                    : grant.checked(grant.sealedProps(), in.u64()).claimedUntil(in.u64());
        });
    }

    public static byte[] encode(AuthorizationCode code) {
        return new Bytes(192)
                .u8(VERSION)
                .raw(code.hash().toBytes())
                .text(code.grantId())
                .text(code.codeChallenge())
                .sized(code.wrappedKey())
                .u64(code.expiresAt())
                .u8(code.spent() ? 1 : 0)
                .optional(code.boundTo(), Bytes::hash)
                .toArray();
    }

    public static AuthorizationCode code(byte[] record) {
        return RecordReader.read(
                record,
                VERSION,
                "an authorization code",
                in -> new AuthorizationCode(
                        in.hash(), in.text(), in.text(), in.sized(), in.u64(), in.u8() != 0, readBinding(in)));
    }

    public static byte[] encode(AccessToken token) {
        var out = new Bytes(256).u8(VERSION).raw(token.hash().toBytes()).text(token.grantId());
        writeTexts(out, token.scopes().values());
        writeTexts(out, token.resources());
        return out.sized(token.wrappedKey())
                .u64(token.expiresAt())
                .optional(token.boundTo(), Bytes::hash)
                .optional(token.clientId(), Bytes::text)
                .u64(token.issuedAt())
                .toArray();
    }

    public static AccessToken accessToken(byte[] record) {
        return RecordReader.read(
                record,
                VERSION,
                "an access token",
                in -> new AccessToken(
                        in.hash(),
                        in.text(),
                        Scopes.of(in.texts()),
                        in.texts(),
                        in.sized(),
                        in.u64(),
                        readBinding(in),
                        in.version() < 2 ? null : in.optional(RecordReader::text),
                        in.version() < 2 ? 0 : in.u64()));
    }

    public static byte[] encode(RefreshRow row) {
        RefreshToken token = row.token();
        return new Bytes(160)
                .u8(VERSION)
                .raw(token.hash().toBytes())
                .text(token.grantId())
                .u32(token.generation())
                .sized(token.wrappedKey())
                .u64(token.expiresAt())
                .u64(token.firstUsedAt())
                .u64(row.retiresAt())
                .optional(token.boundTo(), Bytes::hash)
                .toArray();
    }

    public static RefreshRow refreshRow(byte[] record) {
        return RecordReader.read(record, VERSION, "a refresh token", in -> {
            var hash = in.hash();
            String grantId = in.text();
            int generation = in.u32();
            byte[] wrappedKey = in.sized();
            long expiresAt = in.u64();
            long firstUsedAt = in.u64();
            long retiresAt = in.u64();
            return new RefreshRow(
                    new RefreshToken(hash, grantId, generation, wrappedKey, expiresAt, firstUsedAt, readBinding(in)),
                    retiresAt);
        });
    }

    public static byte[] encode(SpentId spent) {
        return new Bytes(48 + spent.outcome().length)
                .u8(SPENT_ID_VERSION)
                .raw(spent.id().toBytes())
                .u64(spent.expiresAt())
                .sized(spent.outcome())
                .toArray();
    }

    public static SpentId spentId(byte[] record) {
        return RecordReader.read(record, SPENT_ID_VERSION, "a spent id", in -> {
            var id = in.hash();
            long expiresAt = in.u64();
            return in.version() < 3 ? SpentId.withoutOutcome(id, expiresAt) : new SpentId(id, expiresAt, in.sized());
        });
    }

    /** In records since version 2. */
    private static @Nullable TokenHash readBinding(RecordReader in) {
        return in.version() < 2 ? null : in.optional(RecordReader::hash);
    }

    private static void writeClient(Bytes out, RegisteredClient client) {
        out.text(client.id());
        if (client.name() == null) {
            out.u8(0);
        } else {
            out.u8(1).text(client.name());
        }
        writeTexts(out, client.redirectUris());
        out.text(client.authMethod().wireName());
        if (client.secretHash() == null) {
            out.u8(0);
        } else {
            out.u8(1).raw(client.secretHash().toBytes());
        }
        writeTexts(out, client.grantTypes());
        out.text(client.kind().name()).u64(client.issuedAt());
        switch (client.keys()) {
            case null -> out.u8(NO_KEYS);
            case ClientKeys.Inline(String jwks) -> out.u8(KEYS_INLINE).text(jwks);
            case ClientKeys.At(String uri) -> out.u8(KEYS_AT).text(uri);
        }
        writeTexts(out, client.scopes().values());
    }

    private static RegisteredClient readClient(RecordReader in) {
        var client = new RegisteredClient(
                in.text(),
                in.optional(RecordReader::text),
                in.texts(),
                authMethod(in.text()),
                in.optional(RecordReader::hash),
                in.texts(),
                RegisteredClient.Kind.valueOf(in.text()),
                in.u64());
        return in.version() < 2 ? client : client.with(readKeys(in), Scopes.of(in.texts()));
    }

    private static @Nullable ClientKeys readKeys(RecordReader in) {
        return switch (in.u8()) {
            case NO_KEYS -> null;
            case KEYS_INLINE -> new ClientKeys.Inline(in.text());
            case KEYS_AT -> new ClientKeys.At(in.text());
            default -> throw new IllegalArgumentException("keys of an unknown kind");
        };
    }

    private static RegisteredClient.AuthMethod authMethod(String wireName) {
        for (var method : RegisteredClient.AuthMethod.values()) {
            if (method.wireName().equals(wireName)) {
                return method;
            }
        }
        throw new IllegalArgumentException("unknown client authentication method " + wireName);
    }

    private static void writeTexts(Bytes out, Collection<String> texts) {
        out.varint(texts.size());
        texts.forEach(out::text);
    }

    /**
     * An id that was used.
     *
     * @param expiresAt until when that must be known, Unix seconds
     * @param outcome what came of it, in the words of whoever spent it; empty if nothing is known of that
     */
    public record SpentId(TokenHash id, long expiresAt, byte[] outcome) {
        public static SpentId withoutOutcome(TokenHash id, long expiresAt) {
            return new SpentId(id, expiresAt, new byte[0]);
        }
    }

    /** A client and until when it is remembered, Unix seconds. */
    public record RememberedClient(RegisteredClient client, long expiresAt) {}

    /**
     * A refresh token and what becomes of its wrapped key.
     *
     * @param retiresAt Unix seconds from which the token is only remembered and its key is to go; {@link #NEVER} while its successor is unused, {@link #RETIRED}
     *     once the key is gone
     */
    public record RefreshRow(RefreshToken token, long retiresAt) {
        public static final long NEVER = Long.MAX_VALUE;
        public static final long RETIRED = 0;

        public boolean retired() {
            return retiresAt == RETIRED;
        }

        public boolean isDueToRetire() {
            return retiresAt != NEVER && retiresAt != RETIRED;
        }

        public RefreshRow firstUsedAt(long nowSeconds) {
            return new RefreshRow(
                    new RefreshToken(
                            token.hash(),
                            token.grantId(),
                            token.generation(),
                            token.wrappedKey(),
                            token.expiresAt(),
                            nowSeconds,
                            token.boundTo()),
                    retiresAt);
        }

        public RefreshRow retiringAt(long seconds) {
            return new RefreshRow(token, seconds);
        }

        /** What has retired by then is so, swept or not. */
        public RefreshRow asOf(long nowSeconds) {
            return isDueToRetire() && retiresAt <= nowSeconds ? withoutKey() : this;
        }

        /** Remembered only: the grant's key does not open with it any more. */
        public RefreshRow withoutKey() {
            return new RefreshRow(
                    new RefreshToken(
                            token.hash(),
                            token.grantId(),
                            token.generation(),
                            new byte[0],
                            token.expiresAt(),
                            token.firstUsedAt(),
                            token.boundTo()),
                    RETIRED);
        }
    }
}
