package dev.portcullis.policy;

import dev.portcullis.identity.Scopes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which scopes are in others, by what operators said (O-23): whoever holds {@code x:write} holds {@code x:read} if that was said to be implied, and for no other reason.
 * Scopes are compared whole (T-88). Immutable.
 */
public final class ScopeHierarchy {
    /** No scope is in another. */
    public static final ScopeHierarchy FLAT = new ScopeHierarchy(Map.of());

    private final Map<String, Set<String>> conferredBy = new HashMap<>();
    private final Map<String, Set<String>> satisfying = new HashMap<>();

    /**
     * @param implied scope → what it implies, and what that implies, and so on
     * @throws IllegalArgumentException a scope implies itself, by whatever way
     */
    public ScopeHierarchy(Map<String, Set<String>> implied) {
        implied.keySet().forEach(scope -> {
            var conferred = new LinkedHashSet<String>(Set.of(scope));
            addImplied(scope, scope, implied, conferred);
            conferredBy.put(scope, Set.copyOf(conferred));
        });
        conferredBy.forEach((scope, conferred) -> conferred.forEach(
                each -> satisfying.computeIfAbsent(each, _ -> new HashSet<>()).add(scope)));
    }

    private static void addImplied(
            String start, String scope, Map<String, Set<String>> implied, Set<String> conferred) {
        for (String each : implied.getOrDefault(scope, Set.of())) {
            if (each.equals(start)) {
                throw new IllegalArgumentException(start + " implies itself");
            }
            if (conferred.add(each)) {
                addImplied(start, each, implied, conferred);
            }
        }
    }

    /** @return the scope, and all that come with it */
    public Set<String> conferredBy(String scope) {
        return conferredBy.getOrDefault(scope, Set.of(scope));
    }

    /** @return the scope, and all with which it comes */
    public Set<String> satisfying(String scope) {
        return satisfying.containsKey(scope) ? with(scope) : Set.of(scope);
    }

    private Set<String> with(String scope) {
        var all = new HashSet<>(satisfying.getOrDefault(scope, Set.of()));
        all.add(scope);
        return Set.copyOf(all);
    }

    /** @return whether all that are needed are held, be it within others */
    public boolean suffices(Scopes held, Scopes needed) {
        return needed.values().stream()
                .allMatch(scope -> satisfying(scope).stream().anyMatch(held::contains));
    }
}
