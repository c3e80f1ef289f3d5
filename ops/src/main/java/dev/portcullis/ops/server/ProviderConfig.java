package dev.portcullis.ops.server;

import java.util.List;

/** How the identity provider is spoken to, and how long its word counts. */
public record ProviderConfig() {
    /** Reads and checks; mistakes go to {@code values}, what is allowed but should be known to {@code warnings}. */
    static ProviderConfig load(SettingValues values, List<String> warnings) {
        return new ProviderConfig();
    }
}
