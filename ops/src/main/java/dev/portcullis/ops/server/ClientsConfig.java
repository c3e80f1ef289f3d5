package dev.portcullis.ops.server;

import java.util.List;

/** Which OAuth clients there are: those of the section {@code clients}, and what of themselves others may bring. */
public record ClientsConfig() {
    /** Reads and checks; mistakes go to {@code values}, what is allowed but should be known to {@code warnings}. */
    static ClientsConfig load(SettingValues values, List<String> warnings) {
        return new ClientsConfig();
    }
}
