package dev.portcullis.oauth.account;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.oauth.browser.BrowserSecret;
import dev.portcullis.oauth.browser.BrowserSecrets;
import dev.portcullis.oauth.browser.Fields;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of account pages, sealed into what the browser holds under keys of their own (O-180): nothing is stored, any node can read them, and no other secret of ours can
 * be taken for one. They end by the clock; signing out makes the browser forget. The forms of a page carry a token that is good for one session and one deed (O-63). Any
 * thread.
 */
final class AccountSessions {
    static final String SECRET_NAME = "session";

    private static final byte[] CONTEXT = "account-session/1".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int NAME_CHARS_MAX = 320;
    private static final int TOKEN_CHARS = 43;
    private static final int CHARS_MAX = 3_000;

    private final Sealer sealer;
    private final KeyedHash formHash;
    private final int lifeSeconds;

    AccountSessions(MasterKey master, int lifeSeconds) {
        this.sealer = master.sealer("account-session/1");
        this.formHash = master.keyedHash("account-form/1");
        this.lifeSeconds = lifeSeconds;
    }

    /** A new session, whatever the browser held before. */
    BrowserSecret begin(List<String> people, String name, long nowSeconds) {
        String shown = name.length() > NAME_CHARS_MAX ? name.substring(0, NAME_CHARS_MAX) : name;
        byte[] plain = new Fields.Writer()
                .number(VERSION)
                .text(Randoms.base64Url(16))
                .texts(people)
                .text(shown)
                .number(nowSeconds + lifeSeconds)
                .bytes();
        return new BrowserSecret(SECRET_NAME, Base64Url.encode(sealer.seal(plain, CONTEXT)), lifeSeconds);
    }

    /** @return null if there is none: never begun, over, or not made by us */
    @Nullable
    AccountSession of(BrowserSecrets browser, long nowSeconds) {
        String value = browser.value(SECRET_NAME);
        byte[] sealed = value == null ? null : Base64Url.decode(value, CHARS_MAX);
        byte[] plain = sealed == null ? null : sealer.open(sealed, CONTEXT);
        if (plain == null) {
            return null;
        }
        var in = new Fields.Reader(plain);
        if (in.number() != VERSION) {
            return null;
        }
        var session = new AccountSession(in.text(), in.texts(), in.text(), in.number());
        return nowSeconds < session.expiresAt() ? session : null;
    }

    /** What a form must bring to do one thing in one session. */
    String token(AccountSession session, AccountDeed deed) {
        return Base64Url.encode(formHash.of(what(session, deed)));
    }

    private static byte[] what(AccountSession session, AccountDeed deed) {
        return (session.id() + ':' + deed.label()).getBytes(StandardCharsets.UTF_8);
    }

    /** Takes the same time wherever two tokens differ. */
    boolean isTokenOf(AccountSession session, AccountDeed deed, String token) {
        byte[] hash = Base64Url.decode(token, TOKEN_CHARS);
        return hash != null && formHash.isOf(what(session, deed), hash);
    }
}
