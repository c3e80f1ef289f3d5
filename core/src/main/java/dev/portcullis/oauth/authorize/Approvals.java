package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.browser.BrowserSecret;
import dev.portcullis.oauth.browser.BrowserSecrets;
import dev.portcullis.oauth.browser.Fields;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Approvals that a browser remembers, so that a person is asked once and not each time (O-65). They are one person's, signed with a key of their own, and each holds
 * for exactly one client as it then was, one redirect URI and one set of resources; never for a redirect that any program on the person's machine could claim. What is
 * forged, cut, old or another deployment's counts as absent (T-55).
 */
final class Approvals {
    static final String SECRET_NAME = "approvals";

    private static final int VERSION = 1;
    private static final int MAC_BYTES = 32;
    /** With the cookie's name and attributes this stays below the 4 KiB that browsers keep. */
    private static final int CHARS_MAX = 3_800;

    private final KeyedHash hash;
    private final int lifeSeconds;

    Approvals(MasterKey master, int lifeSeconds) {
        this.hash = new KeyedHash(master.hmac("remembered-approvals/1"));
        this.lifeSeconds = lifeSeconds;
    }

    /** Whether an approval of such a redirect may be remembered at all (RFC 8252 §8.6). */
    static boolean isRememberable(RedirectTarget target) {
        return target.kind() == RedirectTarget.Kind.HTTPS;
    }

    /** @return the key of the person who approved exactly this before; null if nobody did, as far as this browser knows */
    @Nullable
    String subjectThatApproved(AuthorizationRequest request, BrowserSecrets browser, long nowSeconds) {
        var remembered = read(browser, nowSeconds);
        if (remembered == null) {
            return null;
        }
        var what = whatOf(Transaction.of(request));
        boolean covered = remembered.entries().stream()
                .anyMatch(entry -> entry.what().equals(what) && entry.scopes().containsAll(request.scopes()));
        return covered ? remembered.subjectKey() : null;
    }

    /** The browser's approvals and this one more; another person's are dropped. */
    BrowserSecret remembering(Transaction transaction, String subjectKey, BrowserSecrets browser, long nowSeconds) {
        var remembered = read(browser, nowSeconds);
        var before = remembered != null && remembered.subjectKey().equals(subjectKey)
                ? remembered.entries()
                : List.<Entry>of();
        var added = new Entry(whatOf(transaction), transaction.scopes(), nowSeconds);
        var entries = new ArrayList<>(Stream.concat(
                        before.stream().filter(entry -> !isReplacedBy(added, entry)), Stream.of(added))
                .toList());
        String value = write(subjectKey, entries);
        while (value.length() > CHARS_MAX && entries.size() > 1) {
            entries.remove(0);
            value = write(subjectKey, entries);
        }
        return value.length() > CHARS_MAX
                ? BrowserSecret.forget(SECRET_NAME)
                : new BrowserSecret(SECRET_NAME, value, lifeSeconds);
    }

    private static boolean isReplacedBy(Entry added, Entry old) {
        return old.what().equals(added.what()) && added.scopes().containsAll(old.scopes());
    }

    private static TokenHash whatOf(Transaction transaction) {
        return TokenHash.of(new Fields.Writer()
                .text(transaction.clientId())
                .hash(transaction.clientDigest())
                .text(transaction.redirectUri())
                .texts(transaction.resources().stream().sorted().toList())
                .bytes());
    }

    private String write(String subjectKey, List<Entry> entries) {
        var out = new Fields.Writer().number(VERSION).text(subjectKey).number(entries.size());
        for (var entry : entries) {
            out.hash(entry.what()).texts(entry.scopes().values()).number(entry.approvedAt());
        }
        byte[] payload = out.bytes();
        byte[] signed = Arrays.copyOf(payload, payload.length + MAC_BYTES);
        System.arraycopy(hash.of(payload), 0, signed, payload.length, MAC_BYTES);
        return Base64Url.encode(signed);
    }

    private @Nullable Remembered read(BrowserSecrets browser, long nowSeconds) {
        String value = browser.value(SECRET_NAME);
        byte[] signed = value == null ? null : Base64Url.decode(value, CHARS_MAX);
        if (signed == null || signed.length <= MAC_BYTES) {
            return null;
        }
        byte[] payload = Arrays.copyOf(signed, signed.length - MAC_BYTES);
        byte[] mac = Arrays.copyOfRange(signed, payload.length, signed.length);
        return MessageDigest.isEqual(mac, hash.of(payload)) ? readSigned(new Fields.Reader(payload), nowSeconds) : null;
    }

    private @Nullable Remembered readSigned(Fields.Reader in, long nowSeconds) {
        if (in.number() != VERSION) {
            return null;
        }
        String subjectKey = in.text();
        var entries = new ArrayList<Entry>();
        for (long left = in.number(); left > 0; left--) {
            var entry = new Entry(in.hash(), Scopes.of(in.texts()), in.number());
            if (nowSeconds < entry.approvedAt() + lifeSeconds) {
                entries.add(entry);
            }
        }
        return new Remembered(subjectKey, entries);
    }

    /** What one browser remembers. */
    private record Remembered(String subjectKey, List<Entry> entries) {}

    /** One approval. */
    private record Entry(TokenHash what, Scopes scopes, long approvedAt) {}
}
