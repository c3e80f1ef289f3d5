package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.oauth.browser.BrowserSecret;
import dev.portcullis.oauth.browser.BrowserSecrets;
import dev.portcullis.oauth.browser.Fields;
import dev.portcullis.store.GrantStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Consent forms under way. Nothing is stored for them before they are answered (T-92): the whole transaction travels in the form's hidden field, sealed, together with the
 * hash of a secret that only the browser which got the page holds (O-63). A form alone, or the secret alone, is worth nothing; and only the first answer counts. What it
 * came to is remembered as long as the form is good, sealed under a key made of our own and that secret, so that its browser can be sent the same way again.
 */
final class ConsentForms {
    private static final byte[] CONTEXT = "consent-form/1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OUTCOME_CONTEXT = "consent-outcome/1".getBytes(StandardCharsets.US_ASCII);
    private static final String SECRET_PREFIX = "csrf_";
    /** A query of at most 16 KiB (O-6), sealed and in base64url. */
    private static final int CHARS_MAX = 24 * 1024;

    /** How many forms one browser may have open. */
    private static final int OPEN_MAX = 8;

    private final Sealer sealer;
    private final KeyedHash outcomes;
    private final GrantStore store;
    private final int lifeSeconds;

    ConsentForms(MasterKey master, GrantStore store, int lifeSeconds) {
        this.sealer = master.sealer("consent-form/1");
        this.outcomes = master.keyedHash("consent-outcome/1");
        this.store = store;
        this.lifeSeconds = lifeSeconds;
    }

    /** A new form: the field's value, and the secret that must come back with it. */
    AuthorizationStep.AskConsent ask(
            ConsentView view, Transaction transaction, BrowserSecrets browser, long nowSeconds) {
        String secret = Randoms.base64Url(32);
        var fields = new Fields.Writer().number(nowSeconds + lifeSeconds).hash(TokenHash.of(secret));
        transaction.write(fields);
        var secrets = browser.crowdedOut(SECRET_PREFIX, OPEN_MAX);
        secrets.add(new BrowserSecret(secretName(transaction), secret, lifeSeconds));
        return new AuthorizationStep.AskConsent(view, Base64Url.encode(sealer.seal(fields.bytes(), CONTEXT)), secrets);
    }

    /** @return the form; null if it is not one of ours */
    @Nullable
    Form open(String value) {
        byte[] sealed = Base64Url.decode(value, CHARS_MAX);
        byte[] plain = sealed == null ? null : sealer.open(sealed, CONTEXT);
        if (plain == null) {
            return null;
        }
        var in = new Fields.Reader(plain);
        return new Form(in.number(), in.hash(), Transaction.read(in));
    }

    /**
     * Takes the answer to a form as the one that counts, if it is the first: of any number of posts at the same moment, to whichever nodes, exactly one is told null.
     *
     * @param form one that is from this browser
     * @return what an earlier answer came to; null if there was none
     */
    @Nullable
    ConsentOutcome settle(Form form, ConsentOutcome outcome, BrowserSecrets browser, long nowSeconds) {
        var transaction = form.transaction();
        String secret = Objects.requireNonNull(browser.value(secretName(transaction)), "not from this browser");
        var ofBrowser = outcomes.sealerFor(secret.getBytes(StandardCharsets.US_ASCII));
        byte[] sealed = ofBrowser.seal(outcome.bytes(), OUTCOME_CONTEXT);
        byte[] earlier = store.settleOnce(
                TokenHash.of("consent-form:" + transaction.id()), sealed, form.expiresAt(), nowSeconds);
        if (earlier == null || MessageDigest.isEqual(earlier, sealed)) { // the store may have asked twice itself
            return null;
        }
        byte[] plain = ofBrowser.open(earlier, OUTCOME_CONTEXT);
        return plain == null ? new ConsentOutcome.Unknown() : ConsentOutcome.read(new Fields.Reader(plain));
    }

    /** The order to forget the secret of a form whose sign-in is over. Until then it is kept: the form may come back once more. */
    static BrowserSecret forgotten(Transaction transaction) {
        return BrowserSecret.forget(secretName(transaction));
    }

    private static String secretName(Transaction transaction) {
        return SECRET_PREFIX + TokenHash.of(transaction.id()).toString().substring(0, 8);
    }

    /**
     * A form that came back, whoever sent it.
     *
     * @param expiresAt Unix seconds
     * @param secret hash of what its browser holds
     */
    record Form(long expiresAt, TokenHash secret, Transaction transaction) {
        boolean isFrom(BrowserSecrets browser) {
            return browser.holds(secretName(transaction), secret);
        }

        boolean isExpired(long nowSeconds) {
            return nowSeconds >= expiresAt;
        }
    }
}
