package dev.portcullis.mcp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The protocol revisions this server speaks, newest first. */
public enum ProtocolVersion {
    V2026_07_28("2026-07-28", false),
    V2025_11_25("2025-11-25", true),
    V2025_06_18("2025-06-18", true),
    V2025_03_26("2025-03-26", true),
    V2024_11_05("2024-11-05", true);

    /** All, newest first. */
    public static final List<ProtocolVersion> ALL = List.of(values());

    private final String text;
    private final boolean hasSessions;

    ProtocolVersion(String text, boolean hasSessions) {
        this.text = text;
        this.hasSessions = hasSessions;
    }

    /** @return the revision of this name; null if this server does not speak it */
    public static @Nullable ProtocolVersion of(@Nullable String text) {
        for (var version : ALL) {
            if (version.text.equals(text)) {
                return version;
            }
        }
        return null;
    }

    /** @return the name on the wire, a date */
    public String text() {
        return text;
    }

    /** @return whether it begins with {@code initialize}; else every request stands alone */
    public boolean hasSessions() {
        return hasSessions;
    }
}
