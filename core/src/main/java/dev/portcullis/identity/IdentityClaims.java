package dev.portcullis.identity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the claims about a person out of an ID token that holds (O-152). What is malformed counts as absent: it can only take rights away. */
final class IdentityClaims {
    private static final int EMAIL_CHARS_MAX = 320;
    private static final int NAME_CHARS_MAX = 256;
    private static final int GROUPS_MAX = 1_000;

    private IdentityClaims() {}

    static Identity read(String issuer, String subject, JsonObject claims) {
        return new Identity(issuer, subject, email(claims), name(claims), groups(claims.array("groups")));
    }

    /** Unverified is what the provider says so, be it as a word; silence is taken for verified, since Access says nothing. */
    private static @Nullable String email(JsonObject claims) {
        String email = claims.string("email");
        Object verified = claims.members().get("email_verified");
        boolean saidUnverified = verified != null && !verified.equals(true) && !verified.equals("true");
        if (email == null || saidUnverified || email.length() > EMAIL_CHARS_MAX || !isAddress(email)) {
            return null;
        }
        return lowerCased(email);
    }

    private static boolean isAddress(String email) {
        return email.indexOf('@') > 0 && email.chars().noneMatch(c -> c <= 0x20 || c == 0x7F || c == ',');
    }

    /** ASCII letters only: beyond them case folding makes different addresses the same (the Kelvin sign becomes k). */
    private static String lowerCased(String email) {
        var folded = new StringBuilder(email.length());
        email.chars().map(c -> c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c).forEach(c -> folded.append((char) c));
        return folded.toString();
    }

    private static @Nullable String name(JsonObject claims) {
        String name = claims.string("name");
        return name == null || name.isBlank() || name.length() > NAME_CHARS_MAX ? null : name;
    }

    /** Strings, or objects with a name, as some providers behind Access have it. */
    private static List<String> groups(@Nullable List<?> claim) {
        var groups = new ArrayList<String>();
        for (Object element : claim == null ? List.of() : claim) {
            Object group = element instanceof Map<?, ?> object ? object.get("name") : element;
            if (group instanceof String name
                    && !name.isEmpty()
                    && name.length() <= NAME_CHARS_MAX
                    && groups.size() < GROUPS_MAX) {
                groups.add(name);
            }
        }
        return groups;
    }
}
