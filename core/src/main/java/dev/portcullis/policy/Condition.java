package dev.portcullis.policy;

import dev.portcullis.identity.Principal;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a rule wants of a caller. What is not known of somebody is never fulfilled. Any thread; {@link #holds} allocates nothing. */
public sealed interface Condition {
    boolean holds(Principal principal);

    /** @return why it does not hold, for operators: what was wanted, and what there is */
    String unmet(Principal principal);

    /** @return whether it holds for all for whom the other does; false if that cannot be told */
    boolean covers(Condition other);

    /**
     * One of these e-mail addresses. Letter case does not count: providers' addresses are lower-cased as they come in.
     *
     * @param anyOf whole addresses
     */
    record Email(Set<String> anyOf) implements Condition {
        public Email {
            anyOf = lowerCased(anyOf);
        }

        @Override
        public boolean holds(Principal principal) {
            String email = principal.email();
            return email != null && anyOf.contains(email);
        }

        @Override
        public String unmet(Principal principal) {
            return "email is none of its " + anyOf.size() + ", but " + shown(principal.email());
        }

        @Override
        public boolean covers(Condition other) {
            return other instanceof Email(var others) && anyOf.containsAll(others);
        }
    }

    /**
     * An e-mail address in one of these domains, which do not stand for those below them.
     *
     * @param anyOf what stands behind the @
     */
    record Domain(Set<String> anyOf) implements Condition {
        public Domain {
            anyOf = lowerCased(anyOf);
        }

        @Override
        public boolean holds(Principal principal) {
            String email = principal.email();
            if (email == null) {
                return false;
            }
            for (String domain : anyOf) {
                int at = email.length() - domain.length() - 1;
                if (at > 0 && email.charAt(at) == '@' && email.endsWith(domain)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String unmet(Principal principal) {
            return "domain is not " + sorted(anyOf) + ": the email is " + shown(principal.email());
        }

        @Override
        public boolean covers(Condition other) {
            return switch (other) {
                case Domain(var others) -> anyOf.containsAll(others);
                case Email(var emails) ->
                    emails.stream().allMatch(email -> anyOf.contains(email.substring(email.lastIndexOf('@') + 1)));
                case Group _, Claim _, Client _, Scope _ -> false;
            };
        }
    }

    /** In one of these groups. */
    record Group(List<TextPattern> anyOf) implements Condition {
        public Group {
            anyOf = List.copyOf(anyOf);
        }

        @Override
        public boolean holds(Principal principal) {
            return matchesAny(anyOf, principal.identity().groups());
        }

        @Override
        public String unmet(Principal principal) {
            return "group is not " + sorted(anyOf) + ", but "
                    + shown(principal.identity().groups());
        }

        @Override
        public boolean covers(Condition other) {
            return other instanceof Group(var others) && coversAll(anyOf, others);
        }
    }

    /**
     * A claim with one of these values.
     *
     * @param name as in {@code Identity.claims}
     */
    record Claim(String name, List<TextPattern> anyOf) implements Condition {
        public Claim {
            anyOf = List.copyOf(anyOf);
        }

        @Override
        public boolean holds(Principal principal) {
            var values = principal.identity().claims().get(name);
            return values != null && matchesAny(anyOf, values);
        }

        @Override
        public String unmet(Principal principal) {
            var values = principal.identity().claims().getOrDefault(name, List.of());
            return "claim " + name + " is not " + sorted(anyOf) + ", but " + shown(values);
        }

        @Override
        public boolean covers(Condition other) {
            return other instanceof Claim(var named, var others) && name.equals(named) && coversAll(anyOf, others);
        }
    }

    /** Through one of these OAuth clients: a client id, or the host of one that is an https URL. */
    record Client(List<TextPattern> anyOf) implements Condition {
        private static final String HTTPS = "https://";

        public Client {
            anyOf = List.copyOf(anyOf);
        }

        @Override
        public boolean holds(Principal principal) {
            String id = principal.clientId();
            for (int i = 0; i < anyOf.size(); i++) {
                var pattern = anyOf.get(i);
                if (pattern.matches(id) || isHostOf(pattern.text(), id)) {
                    return true;
                }
            }
            return false;
        }

        private static boolean isHostOf(String host, String id) {
            int end = HTTPS.length() + host.length();
            return id.length() > end
                    && id.startsWith(HTTPS)
                    && id.regionMatches(true, HTTPS.length(), host, 0, host.length())
                    && (id.charAt(end) == '/' || id.charAt(end) == ':');
        }

        @Override
        public String unmet(Principal principal) {
            return "client is not " + sorted(anyOf) + ", but "
                    + (principal.clientId().isEmpty() ? "none" : principal.clientId());
        }

        @Override
        public boolean covers(Condition other) {
            return other instanceof Client(var others) && coversAll(anyOf, others);
        }
    }

    /**
     * With a token that has one of these scopes.
     *
     * @param anyOf those that imply them included
     */
    record Scope(Set<String> anyOf) implements Condition {
        public Scope {
            anyOf = Set.copyOf(anyOf);
        }

        @Override
        public boolean holds(Principal principal) {
            for (String scope : anyOf) {
                if (principal.scopes().contains(scope)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String unmet(Principal principal) {
            return "scope is not " + sorted(anyOf) + ", but "
                    + shown(principal.scopes().values());
        }

        @Override
        public boolean covers(Condition other) {
            return other instanceof Scope(var others) && anyOf.containsAll(others);
        }
    }

    private static boolean matchesAny(List<TextPattern> patterns, List<String> values) {
        for (int i = 0; i < patterns.size(); i++) {
            for (int j = 0; j < values.size(); j++) {
                if (patterns.get(i).matches(values.get(j))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean coversAll(List<TextPattern> patterns, List<TextPattern> others) {
        return others.stream().allMatch(other -> patterns.stream().anyMatch(pattern -> pattern.covers(other)));
    }

    /** As the providers' addresses are: ASCII letters only, since beyond them folding makes different addresses the same. */
    private static Set<String> lowerCased(Set<String> texts) {
        return texts.stream().map(Condition::lowerCased).collect(Collectors.toUnmodifiableSet());
    }

    private static String lowerCased(String text) {
        var folded = new StringBuilder(text.length());
        text.chars().forEach(c -> folded.append((char) (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c)));
        return folded.toString();
    }

    private static String shown(@Nullable String value) {
        return value == null ? "not known" : value;
    }

    private static String shown(Collection<String> values) {
        return values.isEmpty() ? "none" : String.join(", ", values);
    }

    private static String sorted(Collection<?> values) {
        return values.stream().map(String::valueOf).sorted().collect(Collectors.joining(" or "));
    }
}
