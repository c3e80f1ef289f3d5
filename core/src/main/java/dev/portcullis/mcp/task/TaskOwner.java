package dev.portcullis.mcp.task;

import dev.portcullis.identity.Principal;

/**
 * Who may see a task (H-143, H-225): a person acting through a client, whatever token or session it comes with. To anybody else it does not exist.
 *
 * @param realm what else must be the same: the generation of tasks, which do not cross; and where nobody signs in, whatever tells callers apart
 */
public record TaskOwner(String issuer, String subject, String clientId, String realm) {
    public static TaskOwner of(Principal principal, String realm) {
        var identity = principal.identity();
        return new TaskOwner(identity.issuer(), identity.subject(), principal.clientId(), realm);
    }

    /** @return whether this is a person, with whom others can be compared; with {@code AUTH=off} everybody is the same */
    boolean isSignedIn() {
        return !issuer.equals(Principal.ANONYMOUS.identity().issuer());
    }
}
