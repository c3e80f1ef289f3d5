package dev.portcullis.ops.server;

import java.util.List;

/** What people and auditors see: the page {@code /account}, the audit log. */
public record AccountConfig() {
    /** Reads and checks; mistakes go to {@code values}, what is allowed but should be known to {@code warnings}. */
    static AccountConfig load(SettingValues values, List<String> warnings) {
        return new AccountConfig();
    }
}
