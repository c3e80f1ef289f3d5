package dev.portcullis.fetch;

import java.util.List;
import java.util.Locale;

/**
 * Whose documents are fetched at all (O-126). Names are host names, or {@code *.} and a domain for all names below it. Immutable.
 *
 * @param allowed empty: all that are not denied
 * @param denied wins
 */
public record HostRules(List<String> allowed, List<String> denied) {
    /** Every host. */
    public static final HostRules ALL = new HostRules(List.of(), List.of());

    public HostRules {
        allowed = allowed.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        denied = denied.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    boolean permit(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return denied.stream().noneMatch(rule -> fits(rule, name))
                && (allowed.isEmpty() || allowed.stream().anyMatch(rule -> fits(rule, name)));
    }

    private static boolean fits(String rule, String name) {
        return rule.startsWith("*.") ? name.endsWith(rule.substring(1)) : name.equals(rule);
    }
}
