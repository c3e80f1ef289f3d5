package dev.portcullis.ops.server;

import java.util.List;

/** Who may do what: the sections {@code rules} and {@code scopes}, and the header mode of Access (O-153). */
public record PolicyConfig() {
    /** Reads and checks; mistakes go to {@code values}, what is allowed but should be known to {@code warnings}. */
    static PolicyConfig load(SettingValues values, List<String> warnings) {
        return new PolicyConfig();
    }
}
