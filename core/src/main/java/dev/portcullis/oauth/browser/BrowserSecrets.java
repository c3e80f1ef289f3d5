package dev.portcullis.oauth.browser;

import dev.portcullis.crypto.TokenHash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of ours a browser brought: names and values, in its order (oldest first, RFC 6265 §5.4). A name that came twice is not in here: one of the two is somebody
 * else's (T-60).
 */
public record BrowserSecrets(Map<String, String> values) {
    /** A browser that brought nothing. */
    public static final BrowserSecrets NONE = new BrowserSecrets(Map.of());

    public BrowserSecrets {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** @return what the browser brought under this name; null if nothing, or more than one thing */
    public @Nullable String value(String name) {
        return values.get(name);
    }

    /** Whether the browser holds the secret of this name and this hash. Takes the same time wherever they differ. */
    public boolean holds(String name, TokenHash hash) {
        String value = values.get(name);
        return value != null && TokenHash.of(value).equals(hash);
    }

    /** @return the order to forget the oldest secrets of this prefix, so that with one more there are at most {@code max} */
    public List<BrowserSecret> crowdedOut(String prefix, int max) {
        var ours =
                values.keySet().stream().filter(name -> name.startsWith(prefix)).toList();
        var forgotten = new ArrayList<BrowserSecret>();
        for (int i = 0; i < ours.size() - (max - 1); i++) {
            forgotten.add(BrowserSecret.forget(ours.get(i)));
        }
        return forgotten;
    }

    @Override
    public String toString() {
        return "BrowserSecrets" + values.keySet();
    }
}
