package dev.portcullis.fetch;

import java.util.List;
import java.util.Locale;

/**
 * Hosts as operators name them: by their names, or by {@code *.} and a domain for all names below it, in any letter case. Immutable.
 *
 * @param names empty: none
 */
public record HostNames(List<String> names) {
    public static final HostNames NONE = new HostNames(List.of());

    public HostNames {
        names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    public static HostNames of(String... names) {
        return new HostNames(List.of(names));
    }

    public boolean isEmpty() {
        return names.isEmpty();
    }

    public boolean contain(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return names.stream()
                .anyMatch(rule -> rule.startsWith("*.") ? name.endsWith(rule.substring(1)) : name.equals(rule));
    }
}
