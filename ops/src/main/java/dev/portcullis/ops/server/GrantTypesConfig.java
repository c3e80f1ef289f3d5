package dev.portcullis.ops.server;

import java.util.List;

/** The optional grants (O §9), introspection and DPoP: each off unless it is switched on. */
public record GrantTypesConfig() {
    /** Reads and checks; mistakes go to {@code values}, what is allowed but should be known to {@code warnings}. */
    static GrantTypesConfig load(SettingValues values, List<String> warnings) {
        return new GrantTypesConfig();
    }
}
