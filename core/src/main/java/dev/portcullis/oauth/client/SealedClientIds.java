package dev.portcullis.oauth.client;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.store.RegisteredClient.ClientKeys;
import dev.portcullis.store.RegisteredClient.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Client ids that are the registration itself, sealed (design decision 7): {@code dcr1.} and base64url of nonce, ciphertext, tag. Inside, in order: Unix seconds
 * of issue (4 bytes), flags (1 byte: authentication method in two bits, then the grant types), name (length and UTF-8), number of redirect URIs, and each as the
 * number of its beginning in {@link #BEGINNINGS}, length, and the rest; for a client with keys, last, what kind they are (1 byte: set or address), length and text.
 * What goes into an id for good is the order of those tables: append, never reorder.
 *
 * <p>A secret is a keyed hash of the id, so nobody stores it either. While the master key is being replaced, an id that was sealed under an earlier one opens as before,
 * and its secret is the one that was given out with it: that of the same key (O-180). Any thread.
 */
final class SealedClientIds {
    /** Begins every id whose metadata is inside. */
    static final String PREFIX = "dcr1.";

    /** Longer ids are not given out: some clients keep ids in short columns. */
    static final int CHARS_MAX = 1_000;

    private static final byte[] CONTEXT = "client-id/1".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> BEGINNINGS =
            List.of("", "https://", "http://localhost:", "http://127.0.0.1:", "http://localhost", "http://127.0.0.1");
    private static final List<AuthMethod> METHODS = List.of(
            AuthMethod.NONE,
            AuthMethod.CLIENT_SECRET_BASIC,
            AuthMethod.CLIENT_SECRET_POST,
            AuthMethod.PRIVATE_KEY_JWT); // with which the two bits are full
    private static final int METHOD_BITS = 2;
    private static final int KEYS_INLINE = 1;
    private static final int KEYS_AT = 2;
    private static final int TEXT_BYTES_MAX = 0x7FFF;

    /** The one in use first. */
    private final List<Generation> generations;

    /** What comes from one master key. */
    private record Generation(Sealer ids, KeyedHash secrets) {
        static Generation of(MasterKey key) {
            return new Generation(key.sealer("client-id/1"), key.keyedHash("client-secret/1"));
        }
    }

    SealedClientIds(MasterKey key) {
        generations = key.generations().stream().map(Generation::of).toList();
    }

    /** @return the id that holds this metadata; it may be longer than {@link #CHARS_MAX}. Null if there are keys that leave no room in any */
    @Nullable
    String seal(ClientMetadata metadata, long issuedAtSeconds) {
        if (metadata.keys() instanceof ClientKeys.Inline(String jwks) && jwks.length() > CHARS_MAX) {
            return null;
        }
        byte[] sealed = generations.getFirst().ids.seal(encode(metadata, issuedAtSeconds), CONTEXT);
        return PREFIX + Base64Url.encode(sealed);
    }

    /** @return the client of an id that we sealed, however old; null for any other text */
    @Nullable
    RegisteredClient open(String clientId) {
        if (!clientId.startsWith(PREFIX) || clientId.length() > CHARS_MAX) {
            return null;
        }
        byte[] sealed = Base64Url.decode(clientId.substring(PREFIX.length()), CHARS_MAX);
        if (sealed == null) {
            return null;
        }
        for (Generation generation : generations) {
            byte[] plain = generation.ids.open(sealed, CONTEXT);
            if (plain != null) {
                return decode(plain, clientId, generation);
            }
        }
        return null;
    }

    /** @return the secret of a confidential client that registers now: 43 characters */
    String secretOf(String clientId) {
        return generations.getFirst().secrets.base64Url(clientId);
    }

    /** @return a client that registers now as everybody else sees it, with the hash of its secret */
    RegisteredClient client(String clientId, ClientMetadata metadata, long issuedAtSeconds) {
        return client(clientId, metadata, issuedAtSeconds, generations.getFirst());
    }

    private static RegisteredClient client(
            String clientId, ClientMetadata metadata, long issuedAtSeconds, Generation generation) {
        TokenHash secretHash = switch (metadata.authMethod()) {
            case NONE, PRIVATE_KEY_JWT -> null;
            case CLIENT_SECRET_BASIC, CLIENT_SECRET_POST -> TokenHash.of(generation.secrets.base64Url(clientId));
        };
        return new RegisteredClient(
                clientId,
                metadata.name(),
                metadata.redirectUris(),
                metadata.authMethod(),
                secretHash,
                metadata.grantTypes(),
                Kind.DYNAMIC,
                issuedAtSeconds,
                metadata.keys(),
                Scopes.NONE);
    }

    private static byte[] encode(ClientMetadata metadata, long issuedAtSeconds) {
        var bytes = new ByteArrayOutputStream(128);
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt((int) issuedAtSeconds);
            int flags = METHODS.indexOf(metadata.authMethod());
            for (int i = 0; i < ClientMetadata.GRANT_TYPES.size(); i++) {
                if (metadata.grantTypes().contains(ClientMetadata.GRANT_TYPES.get(i))) {
                    flags |= 1 << (METHOD_BITS + i);
                }
            }
            out.writeByte(flags);
            String name = metadata.name();
            writeText(out, name == null ? "" : name);
            out.writeByte(metadata.redirectUris().size());
            for (String uri : metadata.redirectUris()) {
                int beginning = longestBeginning(uri);
                out.writeByte(beginning);
                writeText(out, uri.substring(BEGINNINGS.get(beginning).length()));
            }
            writeKeys(out, metadata.keys());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeKeys(DataOutputStream out, @Nullable ClientKeys keys) throws IOException {
        switch (keys) {
            case null -> {}
            case ClientKeys.Inline(String jwks) -> {
                out.writeByte(KEYS_INLINE);
                writeText(out, jwks);
            }
            case ClientKeys.At(String uri) -> {
                out.writeByte(KEYS_AT);
                writeText(out, uri);
            }
        }
    }

    private static @Nullable ClientKeys readKeys(DataInputStream in) throws IOException {
        return in.readUnsignedByte() == KEYS_AT ? new ClientKeys.At(readText(in)) : new ClientKeys.Inline(readText(in));
    }

    private static int longestBeginning(String uri) {
        int best = 0;
        for (int i = 1; i < BEGINNINGS.size(); i++) {
            if (uri.startsWith(BEGINNINGS.get(i))
                    && BEGINNINGS.get(i).length() > BEGINNINGS.get(best).length()) {
                best = i;
            }
        }
        return best;
    }

    private static RegisteredClient decode(byte[] plain, String clientId, Generation generation) {
        try (var in = new DataInputStream(new ByteArrayInputStream(plain))) {
            long issuedAtSeconds = Integer.toUnsignedLong(in.readInt());
            int flags = in.readUnsignedByte();
            var grantTypes = new ArrayList<String>();
            for (int i = 0; i < ClientMetadata.GRANT_TYPES.size(); i++) {
                if ((flags & (1 << (METHOD_BITS + i))) != 0) {
                    grantTypes.add(ClientMetadata.GRANT_TYPES.get(i));
                }
            }
            String name = readText(in);
            var redirectUris = new ArrayList<String>();
            for (int left = in.readUnsignedByte(); left > 0; left--) {
                redirectUris.add(BEGINNINGS.get(in.readUnsignedByte()) + readText(in));
            }
            AuthMethod method = METHODS.get(flags & ((1 << METHOD_BITS) - 1));
            ClientKeys keys = method == AuthMethod.PRIVATE_KEY_JWT ? readKeys(in) : null;
            var metadata = new ClientMetadata(name.isEmpty() ? null : name, redirectUris, method, grantTypes, keys);
            return client(clientId, metadata, issuedAtSeconds, generation);
        } catch (IOException e) {
            throw new UncheckedIOException("a client id that we sealed is cut short", e);
        }
    }

    /** Length as one byte, or two from 128 on (high bit set, then low bits first). */
    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > TEXT_BYTES_MAX) {
            throw new IOException("longer than two bytes can say");
        }
        if (utf8.length < 0x80) {
            out.writeByte(utf8.length);
        } else {
            out.writeByte((utf8.length & 0x7F) | 0x80);
            out.writeByte(utf8.length >> 7);
        }
        out.write(utf8);
    }

    private static String readText(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte();
        if (length >= 0x80) {
            length = (length & 0x7F) | (in.readUnsignedByte() << 7);
        }
        byte[] utf8 = new byte[length];
        in.readFully(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
