package dev.portcullis.oauth.account;

import dev.portcullis.oauth.browser.BrowserSecret;
import dev.portcullis.oauth.browser.PageReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the browser is to do next. */
public sealed interface AccountStep {
    /** @return what the browser is to keep or forget */
    List<BrowserSecret> secrets();

    /** Show what was granted. */
    record ShowAccount(AccountView view, List<BrowserSecret> secrets) implements AccountStep {
        public ShowAccount {
            secrets = List.copyOf(secrets);
        }
    }

    /**
     * Show that one must sign in first.
     *
     * @param notice what has just happened; null if nothing
     */
    record OfferSignIn(@Nullable AccountNotice notice, List<BrowserSecret> secrets) implements AccountStep {
        public OfferSignIn {
            secrets = List.copyOf(secrets);
        }
    }

    /**
     * Go to the identity provider.
     *
     * @param location an absolute URI
     */
    record Leave(String location, List<BrowserSecret> secrets) implements AccountStep {
        public Leave {
            secrets = List.copyOf(secrets);
        }
    }

    /** Go to the account page, which shows how things are now. */
    record Return(List<BrowserSecret> secrets) implements AccountStep {
        public Return {
            secrets = List.copyOf(secrets);
        }
    }

    /** Show why it does not go on. */
    record ShowPage(PageReason reason, List<BrowserSecret> secrets) implements AccountStep {
        public ShowPage {
            secrets = List.copyOf(secrets);
        }
    }
}
