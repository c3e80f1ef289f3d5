package dev.portcullis.http.form;

import dev.portcullis.http.RequestHead;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Cookies, read strictly and written in one way only (RFC 6265; O-64, T-60). A name that comes twice is left out whole: a sibling domain or an insecure page may
 * have set the other one, and nothing tells which is ours. Stateless.
 */
public final class Cookies {
    /** Cookies looked at in one request; those beyond are as good as absent. */
    public static final int COOKIES_MAX = 100;

    private Cookies() {}

    /** @return name → value in the order sent, without names that came more than once, and without what is no cookie */
    public static Map<String, String> of(RequestHead head) {
        var cookies = new LinkedHashMap<String, String>();
        var repeated = new HashSet<String>();
        int count = 0;
        // HTTP/2 may split the field (RFC 9113 §8.2.3).
        for (String field : head.headerAll(HttpHeaderNames.COOKIE)) {
            for (String pair : field.split(";", -1)) {
                if (++count > COOKIES_MAX) {
                    break;
                }
                add(pair.strip(), cookies, repeated);
            }
        }
        repeated.forEach(cookies::remove);
        return Collections.unmodifiableMap(cookies);
    }

    private static void add(String pair, Map<String, String> cookies, Set<String> repeated) {
        int equals = pair.indexOf('=');
        if (equals <= 0) {
            return;
        }
        String name = pair.substring(0, equals);
        if (cookies.putIfAbsent(name, pair.substring(equals + 1)) != null) {
            repeated.add(name);
        }
    }

    /**
     * A {@code Set-Cookie} value for the whole origin, out of scripts' reach. {@code SameSite=Lax}, since a stricter cookie would not come along when a person
     * returns from their identity provider.
     *
     * @param name token characters
     * @param value base64url, or empty
     * @param maxAgeSeconds 0 forgets it
     * @param secure false only on loopback without TLS
     */
    public static String set(String name, String value, int maxAgeSeconds, boolean secure) {
        requirePlain(name);
        requirePlain(value);
        return name + '=' + value + "; Path=/; Max-Age=" + maxAgeSeconds + "; HttpOnly; SameSite=Lax"
                + (secure ? "; Secure" : "");
    }

    private static void requirePlain(String text) {
        if (!isPlain(text)) {
            throw new IllegalArgumentException("a cookie of ours has letters, digits, - and _ only");
        }
    }

    /** Whether a text has only letters, digits, {@code -} and {@code _}, as names and values of ours have. */
    public static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!plain && c != '-' && c != '_') {
                return false;
            }
        }
        return true;
    }
}
