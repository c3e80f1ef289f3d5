package dev.portcullis.identity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the claims about a person out of an ID token that holds (O-152). What is malformed counts as absent: it can only take rights away. */
final class IdentityClaims {
    private static final int EMAIL_CHARS_MAX = 320;
    private static final int NAME_CHARS_MAX = 256;
    private static final int GROUPS_MAX = 1_000;
    private static final int VALUES_MAX = 100;

    private IdentityClaims() {}

    /** @param wanted further claims to keep: a name, or names with dots between them for a claim within objects */
    static Identity read(String issuer, String subject, JsonObject claims, Set<String> wanted) {
        var further = new HashMap<String, List<String>>();
        for (String name : wanted) {
            var values = values(find(claims.members(), name));
            if (!values.isEmpty()) {
                further.put(name, values);
            }
        }
        return new Identity(issuer, subject, email(claims), name(claims), groups(claims.array("groups")), further);
    }

    /** The claim of this whole name, since names may be URLs and have dots of their own; else the way through objects that the dots show. */
    private static @Nullable Object find(Map<?, ?> object, String name) {
        if (object.containsKey(name)) {
            return object.get(name);
        }
        int dot = name.indexOf('.');
        return dot > 0 && object.get(name.substring(0, dot)) instanceof Map<?, ?> inner
                ? find(inner, name.substring(dot + 1))
                : null;
    }

    /** One value, or those of a list, as texts; objects have none. */
    private static List<String> values(@Nullable Object claim) {
        var values = new ArrayList<String>();
        for (Object element : claim instanceof List<?> list ? list : claim == null ? List.of() : List.of(claim)) {
            boolean isScalar = element instanceof String || element instanceof Boolean || element instanceof Long;
            if (isScalar && values.size() < VALUES_MAX && element.toString().length() <= NAME_CHARS_MAX) {
                values.add(element.toString());
            }
        }
        return values;
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
