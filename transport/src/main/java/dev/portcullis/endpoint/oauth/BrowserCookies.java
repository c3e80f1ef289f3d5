package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.Reply;
import dev.portcullis.http.RequestHead;
import dev.portcullis.http.form.Cookies;
import dev.portcullis.oauth.browser.BrowserSecret;
import dev.portcullis.oauth.browser.BrowserSecrets;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * What a browser holds for us, as cookies (O-64). Their names begin with {@code __Host-}, so that no other host and no page without TLS can set them; on loopback
 * without TLS, where browsers would not take such a name, without. Stateless.
 */
final class BrowserCookies {
    private final String prefix;
    private final boolean secure;

    /** @param secure everywhere but on loopback without TLS */
    BrowserCookies(boolean secure) {
        this.prefix = secure ? "__Host-mcp_" : "mcp_";
        this.secure = secure;
    }

    BrowserSecrets of(RequestHead head) {
        var secrets = new LinkedHashMap<String, String>();
        Cookies.of(head).forEach((name, value) -> {
            if (name.startsWith(prefix) && Cookies.isPlain(name)) { // ours are; others could not even be told to go
                secrets.put(name.substring(prefix.length()), value);
            }
        });
        return new BrowserSecrets(secrets);
    }

    Reply with(List<BrowserSecret> secrets, Reply reply) {
        Reply all = reply;
        for (var secret : secrets) {
            all = all.with(
                    "set-cookie", Cookies.set(prefix + secret.name(), secret.value(), secret.lifeSeconds(), secure));
        }
        return all;
    }
}
