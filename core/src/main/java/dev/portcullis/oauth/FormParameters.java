package dev.portcullis.oauth;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parameters of a form that came to the token endpoint or a neighbour of it, each at most once but for those that may repeat (O-80, T-93). Immutable. */
public final class FormParameters {
    private static final Set<String> REPEATABLE = Set.of("resource", "audience");

    private final Map<String, List<String>> values;

    private FormParameters(Map<String, List<String>> values) {
        this.values = values;
    }

    /**
     * @param values what was sent, decoded; not changed later
     * @throws OAuthException INVALID_REQUEST: a parameter is repeated that may not be
     */
    public static FormParameters of(Map<String, List<String>> values) {
        values.forEach((name, sent) -> {
            if (sent.size() > 1 && !REPEATABLE.contains(name)) {
                throw new OAuthException(OAuthError.INVALID_REQUEST, "a parameter is repeated");
            }
        });
        return new FormParameters(values);
    }

    /** @return the value; null if it is absent or empty, which is the same (RFC 6749 §3.2) */
    public @Nullable String get(String name) {
        List<String> sent = values.get(name);
        return sent == null || sent.isEmpty() || sent.get(0).isEmpty() ? null : sent.get(0);
    }

    /** @throws OAuthException INVALID_REQUEST: absent or empty */
    public String require(String name) {
        String value = get(name);
        if (value == null) {
            throw new OAuthException(OAuthError.INVALID_REQUEST, name + " is missing");
        }
        return value;
    }

    /** @return all values of a parameter that may repeat, without empty ones */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of()).stream()
                .filter(value -> !value.isEmpty())
                .toList();
    }
}
