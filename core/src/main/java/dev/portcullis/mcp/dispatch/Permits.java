package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import dev.portcullis.telemetry.Outcome;
import dev.portcullis.telemetry.Telemetry;
import org.jspecify.annotations.Nullable;

/** Asks the policy for a caller who wants one particular thing. Any thread. */
final class Permits {
    private final Policy policy;
    private final Telemetry telemetry;

    /** What the policy said. */
    enum Permit {
        GRANTED,
        /** A scope is missing: it has been asked for, and with that the request is answered. */
        SCOPE_ASKED,
        /** For this caller it does not exist. */
        HIDDEN
    }

    Permits(Policy policy, Telemetry telemetry) {
        this.policy = policy;
        this.telemetry = telemetry;
    }

    /** @return whether it may be had at once */
    boolean isGranted(Principal principal, Action action) {
        return policy.decide(principal, action) instanceof Decision.Allow;
    }

    /** @return whether it is listed; what only lacks a scope is, so that the client learns what to ask for */
    boolean isVisible(CallContext context, Action action) {
        return !(policy.decide(context.principal(), action) instanceof Decision.Deny);
    }

    boolean askForScopes() {
        return policy.asksForScopes();
    }

    /** @return all scopes that the operation needs, if some of them are missing; else null. Counts a refusal, which the caller is to speak */
    @Nullable
    Scopes missing(Principal principal, Action action) {
        if (policy.decide(principal, action) instanceof Decision.NeedScope(var needed)) {
            telemetry.refused(Outcome.INSUFFICIENT_SCOPE);
            return needed;
        }
        return null;
    }

    Permit ask(CallContext context, Action action) {
        return switch (policy.decide(context.principal(), action)) {
            case Decision.Allow() -> Permit.GRANTED;
            case Decision.Deny _ -> Permit.HIDDEN;
            case Decision.NeedScope(var needed) -> {
                telemetry.refused(Outcome.INSUFFICIENT_SCOPE);
                context.sink().needScope(needed);
                yield Permit.SCOPE_ASKED;
            }
        };
    }
}
