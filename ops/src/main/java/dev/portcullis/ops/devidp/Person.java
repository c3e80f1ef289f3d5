package dev.portcullis.ops.devidp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who signs in at the stand-in.
 *
 * @param email lower-cased
 * @param name as shown
 * @param groups those of the company's directory
 */
public record Person(String email, String name, List<String> groups) {
    private static final int EMAIL_CHARS_MAX = 254;
    private static final int NAME_CHARS_MAX = 100;
    private static final int GROUPS_MAX = 50;

    /** The people who are always there. */
    public static final List<Person> READY_MADE = List.of(
            new Person("alice@example.com", "Alice Example", List.of("engineering", "admins")),
            new Person("bob@example.com", "Bob Example", List.of("engineering")),
            new Person("carol@example.com", "Carol Example", List.of("design")));

    public Person {
        groups = List.copyOf(groups);
    }

    /**
     * Somebody as typed on the page.
     *
     * @param groups separated by commas; may be empty
     * @return null if that is no e-mail address, or something is too long
     */
    static @Nullable Person parse(String email, String name, String groups) {
        String address = email.strip().toLowerCase(Locale.ROOT);
        String shown = name.isBlank() ? address : name.strip();
        List<String> names = Arrays.stream(groups.split(",", GROUPS_MAX + 1))
                .map(String::strip)
                .filter(group -> !group.isEmpty())
                .toList();
        boolean holds = address.length() <= EMAIL_CHARS_MAX
                && address.matches("[^\\s@,<>\"]+@[^\\s@,<>\"]+")
                && shown.length() <= Math.max(NAME_CHARS_MAX, address.length())
                && names.size() <= GROUPS_MAX
                && names.stream().allMatch(group -> group.length() <= NAME_CHARS_MAX);
        return holds ? new Person(address, shown, names) : null;
    }

    /** {@code sub}: of the form of a UUID as Access has it, and the same for the same address at every start. */
    String subject() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(email.getBytes(StandardCharsets.UTF_8));
            // Version 8, "custom" (RFC 9562 §5.8).
            hash[6] = (byte) ((hash[6] & 0x0F) | 0x80);
            hash[8] = (byte) ((hash[8] & 0x3F) | 0x80);
            return new UUID(longAt(hash, 0), longAt(hash, 8)).toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks SHA-256", e);
        }
    }

    private static long longAt(byte[] bytes, int offset) {
        long value = 0;
        for (int i = offset; i < offset + 8; i++) {
            value = value << 8 | (bytes[i] & 0xFF);
        }
        return value;
    }
}
