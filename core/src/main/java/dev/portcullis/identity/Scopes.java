package dev.portcullis.identity;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** An ordered set of OAuth scopes (RFC 6749 §3.3). Immutable. */
public record Scopes(Set<String> values) {
    /** No scope at all. */
    public static final Scopes NONE = new Scopes(Set.of());

    public Scopes {
        values = Collections.unmodifiableSet(new LinkedHashSet<>(values));
    }

    public static Scopes of(String... values) {
        return new Scopes(new LinkedHashSet<>(List.of(values)));
    }

    public static Scopes of(Collection<String> values) {
        return new Scopes(new LinkedHashSet<>(values));
    }

    /**
     * Reads a space-separated list.
     *
     * @throws IllegalArgumentException a character that RFC 6749 §3.3 does not allow
     */
    public static Scopes parse(String text) {
        var values = new LinkedHashSet<String>();
        for (String value : text.split(" ", -1)) {
            if (!value.isEmpty()) {
                requireScopeToken(value);
                values.add(value);
            }
        }
        return new Scopes(values);
    }

    private static void requireScopeToken(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= 0x20 || c >= 0x7F || c == '"' || c == '\\') {
                throw new IllegalArgumentException("a scope has a character outside RFC 6749 §3.3");
            }
        }
    }

    public boolean contains(String scope) {
        return values.contains(scope);
    }

    public boolean containsAll(Scopes others) {
        return values.containsAll(others.values);
    }

    public Scopes intersect(Scopes others) {
        var kept = new LinkedHashSet<>(values);
        kept.retainAll(others.values);
        return new Scopes(kept);
    }

    public Scopes without(String scope) {
        var kept = new LinkedHashSet<>(values);
        kept.remove(scope);
        return new Scopes(kept);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** @return the list as it stands in requests and answers, separated by single spaces */
    @Override
    public String toString() {
        return String.join(" ", values);
    }
}
