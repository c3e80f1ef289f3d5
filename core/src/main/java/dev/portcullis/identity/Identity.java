package dev.portcullis.identity;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an identity provider said about a person, after the ID token passed every check (O-144). The pair of issuer and subject is the key; e-mail and name are
 * attributes (O-147).
 *
 * @param issuer {@code iss}
 * @param subject {@code sub}
 * @param email {@code email}, lower-cased; null if absent or said to be unverified
 * @param name {@code name}; null if absent
 * @param groups {@code groups}; empty if absent
 * @param claims further claims that rules look at: name → values as texts; those that rules do not name are not kept
 */
public record Identity(
        String issuer,
        String subject,
        @Nullable String email,
        @Nullable String name,
        List<String> groups,
        Map<String, List<String>> claims) {
    public Identity {
        groups = List.copyOf(groups);
        claims = Map.copyOf(claims);
    }

    /** Somebody of whom no further claims are known. */
    public Identity(String issuer, String subject, @Nullable String email, @Nullable String name, List<String> groups) {
        this(issuer, subject, email, name, groups, Map.of());
    }
}
