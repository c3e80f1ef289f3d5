package dev.portcullis.policy;

import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A policy by rules in order: the first one that is about the action, and whose conditions all hold, decides; if none does, the default. Which rules are about a tool, a
 * prompt or a scope is worked out once for each name. Immutable but for that; any thread; deciding allocates nothing.
 */
public final class RulePolicy implements Policy {
    /** Names for which rules are kept. Only what is registered is asked about, so that far fewer are usual; beyond, rules are searched each time. */
    private static final int NAMES_MAX = 10_000;

    private final List<Rule> rules;
    private final boolean allowByDefault;
    private final ScopeHierarchy hierarchy;
    private final Decision otherwise;
    private final Ruling[] all;
    private final Ruling[] aboutSignIn;
    private final Names tools = new Names(Action.CallTool::new);
    private final Names prompts = new Names(Action.GetPrompt::new);
    private final Names scopes = new Names(Action.HoldScope::new);

    private RulePolicy(List<Rule> rules, boolean allowByDefault, ScopeHierarchy hierarchy) {
        this.rules = List.copyOf(rules);
        this.allowByDefault = allowByDefault;
        this.hierarchy = hierarchy;
        this.otherwise = allowByDefault ? Decision.ALLOW : new Decision.Deny("no rule allows it");
        this.all = rules.stream().map(Ruling::new).toArray(Ruling[]::new);
        this.aboutSignIn = about(new Action.SignIn());
    }

    /**
     * A policy.
     *
     * @param rules the first that matches decides
     * @param allowByDefault what holds where none matches
     * @param hierarchy which scopes are in others
     */
    public static RulePolicy of(List<Rule> rules, boolean allowByDefault, ScopeHierarchy hierarchy) {
        return new RulePolicy(rules, allowByDefault, hierarchy);
    }

    /** The policy without a rule. */
    public static RulePolicy openToAll() {
        return new RulePolicy(List.of(), true, ScopeHierarchy.FLAT);
    }

    /**
     * This policy and, after all its rules, one more.
     *
     * @param tool the tool that is kept
     * @param emails for whom, in any letter case; an empty set keeps it from everybody
     */
    public RulePolicy keepingTool(String tool, Set<String> emails) {
        return keepingTool(tool, emails, "tool " + tool + " is kept");
    }

    /** @param name of the rule */
    public RulePolicy keepingTool(String tool, Set<String> emails, String name) {
        var what = Rule.What.tool(tool);
        var more = Stream.of(
                new Rule(name, 0, List.of(new Condition.Email(emails)), what, new Rule.Effect.Allow()),
                new Rule(name, 0, List.of(), what, new Rule.Effect.Deny()));
        return new RulePolicy(Stream.concat(rules.stream(), more).toList(), allowByDefault, hierarchy);
    }

    /** @return all rules, in order */
    public List<Rule> rules() {
        return rules;
    }

    @Override
    public Decision decide(Principal principal, Action action) {
        return switch (action) {
            case Action.CallTool(String name) -> first(tools.about(name), principal);
            case Action.GetPrompt(String name) -> first(prompts.about(name), principal);
            case Action.ReadResource read -> firstAbout(read, principal);
            case Action.HoldScope(String scope) -> hold(scope, principal);
            case Action.SignIn() -> first(aboutSignIn, principal);
        };
    }

    @Override
    public boolean suffices(Scopes held, Scopes needed) {
        return hierarchy.suffices(held, needed);
    }

    @Override
    public boolean asksForScopes() {
        return rules.stream().anyMatch(rule -> rule.effect() instanceof Rule.Effect.Needs);
    }

    private Decision first(Ruling[] rulings, Principal principal) {
        for (Ruling ruling : rulings) {
            if (ruling.rule.matches(principal)) {
                return ruling.decide(principal);
            }
        }
        return otherwise;
    }

    /** URIs that fit templates are without number: rules about them are not kept. */
    private Decision firstAbout(Action action, Principal principal) {
        for (Ruling ruling : all) {
            if (ruling.rule.what().includes(action) && ruling.rule.matches(principal)) {
                return ruling.decide(principal);
            }
        }
        return otherwise;
    }

    /** Whoever is given a scope is given all that it implies. */
    private Decision hold(String scope, Principal principal) {
        for (String conferred : hierarchy.conferredBy(scope)) {
            var decision = first(scopes.about(conferred), principal);
            if (!(decision instanceof Decision.Allow)) {
                return decision;
            }
        }
        return Decision.ALLOW;
    }

    private Ruling[] about(Action action) {
        return Stream.of(all)
                .filter(ruling -> ruling.rule.what().includes(action))
                .toArray(Ruling[]::new);
    }

    /** Says what {@link #decide} says, and why; for operators. Of a scope that implies others, it is the first that is refused that decides. */
    public Explanation explain(Principal principal, Action action) {
        if (action instanceof Action.HoldScope(String scope)) {
            for (String conferred : hierarchy.conferredBy(scope)) {
                var one = new Action.HoldScope(conferred);
                if (!(first(scopes.about(conferred), principal) instanceof Decision.Allow)) {
                    return explainAlone(principal, one);
                }
            }
        }
        return explainAlone(principal, action);
    }

    private Explanation explainAlone(Principal principal, Action action) {
        var passed = new ArrayList<Explanation.Passed>();
        for (Ruling ruling : all) {
            var rule = ruling.rule;
            var unmet = rule.unmet(principal);
            if (!rule.what().includes(action)) {
                passed.add(new Explanation.Passed(rule, "is about something else"));
            } else if (unmet == null) {
                return new Explanation(decide(principal, action), rule, passed);
            } else {
                passed.add(new Explanation.Passed(rule, unmet.unmet(principal)));
            }
        }
        return new Explanation(decide(principal, action), null, passed);
    }

    /** The rules about each name of one kind. */
    private final class Names {
        private final ConcurrentHashMap<String, Ruling[]> rulings = new ConcurrentHashMap<>();
        private final Function<String, Action> action;

        Names(Function<String, Action> action) {
            this.action = action;
        }

        Ruling[] about(String name) {
            var known = rulings.get(name);
            if (known != null) {
                return known;
            }
            var found = RulePolicy.this.about(action.apply(name));
            if (rulings.size() < NAMES_MAX) {
                rulings.put(name, found);
            }
            return found;
        }
    }

    /** A rule with all that it can say. */
    private final class Ruling {
        private final Rule rule;
        private final Decision said;

        /** Of needed scopes, each with those in which it is; empty if none is needed. */
        private final String[][] needed;

        private final Decision outOfReach;

        Ruling(Rule rule) {
            this.rule = rule;
            this.said = switch (rule.effect()) {
                case Rule.Effect.Allow() -> Decision.ALLOW;
                case Rule.Effect.Deny() -> new Decision.Deny("rule " + rule.title());
                case Rule.Effect.Needs(var scopes) -> new Decision.NeedScope(scopes);
            };
            var needs = rule.effect() instanceof Rule.Effect.Needs(var scopes) ? scopes : Scopes.NONE;
            this.needed = needs.values().stream()
                    .map(scope -> Stream.concat(Stream.of(scope), hierarchy.satisfying(scope).stream())
                            .distinct()
                            .toArray(String[]::new))
                    .toArray(String[][]::new);
            this.outOfReach = new Decision.Deny(
                    "rule " + rule.title() + " needs a scope that is not for this person, or not for this client");
        }

        /** A scope that this person, or this client, can never be given is not asked for: then it is as if the thing were not there. */
        Decision decide(Principal principal) {
            if (!(said instanceof Decision.NeedScope)) {
                return said;
            }
            boolean isMissing = false;
            for (String[] anyOf : needed) {
                if (!holdsOne(principal.scopes(), anyOf)) {
                    isMissing = true;
                    if (!principal.isForClient(anyOf[0]) || !(hold(anyOf[0], principal) instanceof Decision.Allow)) {
                        return outOfReach;
                    }
                }
            }
            return isMissing ? said : Decision.ALLOW;
        }

        private static boolean holdsOne(Scopes held, String[] anyOf) {
            for (String scope : anyOf) {
                if (held.contains(scope)) {
                    return true;
                }
            }
            return false;
        }
    }
}
