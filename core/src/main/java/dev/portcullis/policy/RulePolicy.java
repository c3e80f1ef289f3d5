package dev.portcullis.policy;

import dev.portcullis.identity.Principal;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A policy by rules: everybody who signed in may do everything, but for what a rule keeps for some. */
public final class RulePolicy implements Policy {
    private final Map<String, Set<String>> emailsByTool;

    private RulePolicy(Map<String, Set<String>> emailsByTool) {
        this.emailsByTool = Map.copyOf(emailsByTool);
    }

    /** The policy without a rule. */
    public static RulePolicy openToAll() {
        return new RulePolicy(Map.of());
    }

    /**
     * This policy and one more rule.
     *
     * @param tool the tool that is kept
     * @param emails for whom, in any letter case; an empty set keeps it from everybody
     */
    public RulePolicy keepingTool(String tool, Set<String> emails) {
        var rules = new HashMap<>(emailsByTool);
        rules.put(
                tool,
                emails.stream().map(email -> email.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet()));
        return new RulePolicy(rules);
    }

    @Override
    public Decision decide(Principal principal, Action action) {
        return switch (action) {
            case Action.SignIn _, Action.HoldScope _, Action.ReadResource _, Action.GetPrompt _ -> Decision.ALLOW;
            case Action.CallTool(String name) -> decideTool(principal, name);
        };
    }

    private Decision decideTool(Principal principal, String name) {
        var emails = emailsByTool.get(name);
        if (emails == null) {
            return Decision.ALLOW;
        }
        String email = principal.email();
        return email != null && emails.contains(email)
                ? Decision.ALLOW
                : new Decision.Deny("tool " + name + " is kept for " + emails.size() + " e-mail addresses");
    }
}
