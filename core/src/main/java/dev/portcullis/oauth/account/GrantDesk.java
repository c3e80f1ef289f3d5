package dev.portcullis.oauth.account;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.identity.Identity;
import dev.portcullis.oauth.SubjectKeys;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantStore;
import dev.portcullis.telemetry.Telemetry;
import java.util.List;

/** What operators can see of grants and do about them (O-157, O-183). A person is named as the identity provider names them, by issuer and subject. Any thread; blocks on the store. */
public final class GrantDesk {
    private final GrantStore store;
    private final SubjectKeys subjects;
    private final Revoking revoking;

    public GrantDesk(MasterKey master, GrantStore store, Telemetry telemetry) {
        this.store = store;
        this.subjects = new SubjectKeys(master);
        this.revoking = new Revoking(store, telemetry, "by an operator");
    }

    /** @return live grants of a person, oldest first */
    public List<Grant> grantsOf(String issuer, String subject, long nowSeconds) {
        return subjects.allOf(new Identity(issuer, subject, null, null, List.of())).stream()
                .flatMap(person -> store.grantsOf(person, nowSeconds).stream())
                .toList();
    }

    /** @return live grants of a client, oldest first. Reads all grants */
    public List<Grant> grantsOfClient(String clientId, long nowSeconds) {
        return store.grantsOfClient(clientId, nowSeconds);
    }

    /** @return how many were ended: 1, or 0 if there was none of that id */
    public int revoke(String grantId, long nowSeconds) {
        var grant = store.grant(grantId, nowSeconds);
        return grant != null && revoking.revoke(grant) ? 1 : 0;
    }

    /** @return how many were ended */
    public int revokeAllOf(String issuer, String subject, long nowSeconds) {
        return revoking.revokeAll(grantsOf(issuer, subject, nowSeconds));
    }

    /** @return how many were ended */
    public int revokeAllOfClient(String clientId, long nowSeconds) {
        return revoking.revokeAll(grantsOfClient(clientId, nowSeconds));
    }

    /** @return how many records went that had ended */
    public int sweep(long nowSeconds) {
        return store.sweep(nowSeconds);
    }
}
