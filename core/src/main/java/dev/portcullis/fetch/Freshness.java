package dev.portcullis.fetch;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How long an answer stays fresh, from its {@code Cache-Control} and {@code Age} (RFC 9111 §4.2.1, §5.2). */
final class Freshness {
    private static final long UNKNOWN = -1;

    private Freshness() {}

    /** @return seconds, 0 or more; -1 if the headers do not say */
    static long seconds(@Nullable String cacheControl, @Nullable String age) {
        if (cacheControl == null) {
            return UNKNOWN;
        }
        long maxAge = UNKNOWN;
        for (String part : cacheControl.toLowerCase(Locale.ROOT).split(",", 32)) {
            String directive = part.strip();
            if (directive.equals("no-store") || directive.equals("no-cache")) {
                return 0;
            }
            if (directive.startsWith("max-age=") && maxAge == UNKNOWN) {
                maxAge = deltaSeconds(directive.substring("max-age=".length()));
            }
        }
        return maxAge == UNKNOWN ? UNKNOWN : Math.max(0, maxAge - Math.max(0, age == null ? 0 : deltaSeconds(age)));
    }

    /** RFC 9111 §1.2.2; anything longer than ten digits is "very long", which 2^31 is as well. */
    private static long deltaSeconds(String text) {
        String digits = text.strip().replace("\"", "");
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return UNKNOWN;
        }
        return digits.length() > 10 ? 1L << 31 : Math.min(1L << 31, Long.parseLong(digits));
    }
}
