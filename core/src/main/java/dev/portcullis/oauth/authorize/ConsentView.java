package dev.portcullis.oauth.authorize;

import dev.portcullis.identity.Scopes;
import dev.portcullis.store.RegisteredClient;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a person must see before they decide (O-61). All of it is text to be escaped, and what the client says of itself is not to be believed.
 *
 * @param clientName what the client calls itself; null if it does not
 * @param clientKind where that comes from
 * @param clientHost the host that vouches for what the client says, if it is described at its own address; null otherwise
 * @param person as whom it would be, if somebody has just signed in; null if that is yet to be seen
 * @param redirect where the answer would go
 * @param scopes what is asked for
 * @param resources what for
 * @param rememberable whether the approval may be remembered
 * @param lifeSeconds how long the form is good
 */
public record ConsentView(
        @Nullable String clientName,
        RegisteredClient.Kind clientKind,
        @Nullable String clientHost,
        @Nullable String person,
        RedirectTarget redirect,
        Scopes scopes,
        List<String> resources,
        boolean rememberable,
        int lifeSeconds) {
    public ConsentView {
        resources = List.copyOf(resources);
    }
}
