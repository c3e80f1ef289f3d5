package dev.portcullis.oauth;

import dev.portcullis.identity.Identity;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a grant knows about its person; at rest always sealed ({@link dev.portcullis.store.GrantCipher}).
 *
 * @param identity who they are
 * @param upstreamRefreshToken the identity provider's refresh token; null if it gave none
 */
public record GrantProps(Identity identity, @Nullable String upstreamRefreshToken) {
    private static final int VERSION = 2;

    /** @return a compact binary form: version byte, then the fields in order, each as length (-1: absent) and UTF-8 */
    public byte[] encode() {
        var bytes = new ByteArrayOutputStream(256);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            writeText(out, identity.issuer());
            writeText(out, identity.subject());
            writeText(out, identity.email());
            writeText(out, identity.name());
            writeTexts(out, identity.groups());
            writeText(out, upstreamRefreshToken);
            out.writeInt(identity.claims().size());
            for (var claim : identity.claims().entrySet()) {
                writeText(out, claim.getKey());
                writeTexts(out, claim.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @throws IllegalArgumentException not a form that {@link #encode} wrote */
    public static GrantProps decode(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readByte();
            if (version < 1 || version > VERSION) {
                throw new IllegalArgumentException("grant properties of an unknown version");
            }
            String issuer = present(readText(in));
            String subject = present(readText(in));
            String email = readText(in);
            String name = readText(in);
            List<String> groups = readTexts(in);
            String upstreamRefreshToken = readText(in);
            var claims = new HashMap<String, List<String>>();
            for (int left = version < 2 ? 0 : in.readInt(); left > 0; left--) {
                claims.put(present(readText(in)), readTexts(in));
            }
            return new GrantProps(new Identity(issuer, subject, email, name, groups, claims), upstreamRefreshToken);
        } catch (IOException e) {
            throw new IllegalArgumentException("grant properties are cut short", e);
        }
    }

    private static void writeTexts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            writeText(out, text);
        }
    }

    private static List<String> readTexts(DataInputStream in) throws IOException {
        var texts = new ArrayList<String>();
        for (int left = in.readInt(); left > 0; left--) {
            texts.add(present(readText(in)));
        }
        return texts;
    }

    private static void writeText(DataOutputStream out, @Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
            return;
        }
        byte[] utf8 = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static @Nullable String readText(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0) {
            return null;
        }
        byte[] utf8 = in.readNBytes(Math.min(length, in.available()));
        if (utf8.length != length) {
            throw new IOException("cut short");
        }
        return new String(utf8, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static String present(@Nullable String text) throws IOException {
        if (text == null) {
            throw new IOException("a required field is absent");
        }
        return text;
    }
}
