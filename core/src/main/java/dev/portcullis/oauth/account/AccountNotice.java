package dev.portcullis.oauth.account;

import dev.portcullis.oauth.browser.BrowserSecret;
import dev.portcullis.oauth.browser.BrowserSecrets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What has just happened, told once by the page that follows. Travels through the browser as one of these words, and is worth nothing to anybody else. */
public enum AccountNotice {
    /** A grant of this person's does not exist (any more). */
    REVOKED,
    REVOKED_ALL,
    SIGNED_OUT,
    /** The session was over before the deed. */
    SESSION_OVER;

    private static final String SECRET_NAME = "notice";
    private static final int LIFE_SECONDS = 60;

    BrowserSecret told() {
        return new BrowserSecret(SECRET_NAME, name().toLowerCase(Locale.ROOT), LIFE_SECONDS);
    }

    static @Nullable AccountNotice of(BrowserSecrets browser) {
        String value = browser.value(SECRET_NAME);
        for (var notice : values()) {
            if (notice.name().toLowerCase(Locale.ROOT).equals(value)) {
                return notice;
            }
        }
        return null;
    }

    static BrowserSecret forgotten() {
        return BrowserSecret.forget(SECRET_NAME);
    }
}
