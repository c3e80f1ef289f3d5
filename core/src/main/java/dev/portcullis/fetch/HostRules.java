package dev.portcullis.fetch;

/**
 * Whose documents are fetched at all (O-126). Immutable.
 *
 * @param allowed empty: all that are not denied
 * @param denied wins
 */
public record HostRules(HostNames allowed, HostNames denied) {
    /** Every host. */
    public static final HostRules ALL = new HostRules(HostNames.NONE, HostNames.NONE);

    boolean permit(String host) {
        return !denied.contain(host) && (allowed.isEmpty() || allowed.contain(host));
    }
}
