package dev.portcullis.ops.server;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What people, auditors and operators see: the page {@code /account}, the audit log, the administration.
 *
 * @param sessionSeconds life of a session of an account page
 * @param audit where audit events go
 * @param adminToken what operators prove themselves with; null: there is no administration
 */
public record AccountConfig(
        int sessionSeconds, AuditTarget audit, @Nullable Secret adminToken) {
    private static final int TOKEN_CHARS_MIN = 32;
    private static final String FILE = "file:";

    /** Where audit events go. */
    public sealed interface AuditTarget {
        /** Nowhere. */
        record Off() implements AuditTarget {}

        /** To standard output, beside the banner. */
        record StandardOutput() implements AuditTarget {}

        /** To a file, at its end. */
        record ToFile(Path file) implements AuditTarget {}
    }

    /** Reads and checks; mistakes go to {@code values}, what is allowed but should be known to {@code warnings}. */
    static AccountConfig load(SettingValues values, List<String> warnings) {
        return new AccountConfig(
                values.number(Setting.ACCOUNT_SESSION_SECONDS), auditTarget(values), adminToken(values));
    }

    private static AuditTarget auditTarget(SettingValues values) {
        String text = values.text(Setting.AUDIT_LOG);
        switch (text) {
            case "off" -> {
                return new AuditTarget.Off();
            }
            case "stdout" -> {
                return new AuditTarget.StandardOutput();
            }
            default -> {
                if (text.startsWith(FILE) && text.length() > FILE.length()) {
                    try {
                        return new AuditTarget.ToFile(Path.of(text.substring(FILE.length())));
                    } catch (InvalidPathException e) {
                        // Said below.
                    }
                }
                values.mistake(Setting.AUDIT_LOG, "is none of its values", "Give off, stdout or file:PATH.");
                return new AuditTarget.Off();
            }
        }
    }

    private static @Nullable Secret adminToken(SettingValues values) {
        String text = values.textOrNull(Setting.ADMIN_TOKEN);
        if (text == null) {
            return null;
        }
        if (text.length() < TOKEN_CHARS_MIN || !text.chars().allMatch(c -> c > 0x20 && c < 0x7F)) {
            values.mistake(
                    Setting.ADMIN_TOKEN,
                    "is not at least " + TOKEN_CHARS_MIN + " visible ASCII characters",
                    "Make one with: openssl rand -hex 32");
            return null;
        }
        return new Secret(text);
    }
}
