package dev.portcullis.policy;

import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rule of a {@link RulePolicy}. Immutable.
 *
 * @param name what operators know it by
 * @param line where it stands in its file, from 1; 0 if in none
 * @param who all of these must hold; empty for everyone
 * @param what what it is about
 * @param effect what it says
 */
public record Rule(String name, int line, List<Condition> who, What what, Effect effect) {
    public Rule {
        who = List.copyOf(who);
        if (!(effect instanceof Effect.Allow || effect instanceof Effect.Deny)
                && (what.signIn() || !what.scopes().isEmpty())) {
            throw new IllegalArgumentException("sign-in and scopes cannot need scopes");
        }
    }

    /** What a rule says to those it matches. */
    public sealed interface Effect {
        record Allow() implements Effect {}

        record Deny() implements Effect {}

        /** Allow, with a token that has all of these scopes. */
        record Needs(Scopes scopes) implements Effect {}
    }

    /**
     * What a rule is about.
     *
     * @param resources URIs, or texts of templates
     * @param scopes being given them
     * @param signIn signing in at all
     */
    public record What(
            List<TextPattern> tools,
            List<TextPattern> prompts,
            List<TextPattern> resources,
            List<TextPattern> scopes,
            boolean signIn) {
        private static final List<TextPattern> ALL = List.of(TextPattern.ANY);

        /** All that clients can ask for. */
        public static final What OPERATIONS = new What(ALL, ALL, ALL, List.of(), false);

        /** That, all scopes, and signing in. */
        public static final What EVERYTHING = new What(ALL, ALL, ALL, ALL, true);

        public What {
            tools = List.copyOf(tools);
            prompts = List.copyOf(prompts);
            resources = List.copyOf(resources);
            scopes = List.copyOf(scopes);
        }

        /** One tool. */
        static What tool(String name) {
            return new What(List.of(new TextPattern(name)), List.of(), List.of(), List.of(), false);
        }

        boolean includes(Action action) {
            return switch (action) {
                case Action.SignIn() -> signIn;
                case Action.HoldScope(String scope) -> matches(scopes, scope);
                case Action.CallTool(String name) -> matches(tools, name);
                case Action.GetPrompt(String name) -> matches(prompts, name);
                case Action.ReadResource(String uri, String template) ->
                    matches(resources, uri) || (template != null && matches(resources, template));
            };
        }

        private static boolean matches(List<TextPattern> patterns, String value) {
            for (int i = 0; i < patterns.size(); i++) {
                if (patterns.get(i).matches(value)) {
                    return true;
                }
            }
            return false;
        }

        private boolean covers(What other) {
            return covers(tools, other.tools)
                    && covers(prompts, other.prompts)
                    && covers(resources, other.resources)
                    && covers(scopes, other.scopes)
                    && (signIn || !other.signIn);
        }

        private static boolean covers(List<TextPattern> patterns, List<TextPattern> others) {
            return others.stream().allMatch(other -> patterns.stream().anyMatch(pattern -> pattern.covers(other)));
        }
    }

    /** @return whether this rule, standing before another, leaves nothing for it to decide; false if that cannot be told */
    public boolean covers(Rule later) {
        return what.covers(later.what)
                && who.stream().allMatch(condition -> later.who.stream().anyMatch(condition::covers));
    }

    boolean matches(Principal principal) {
        return unmet(principal) == null;
    }

    /** @return the first condition that does not hold; null if all do */
    @Nullable
    Condition unmet(Principal principal) {
        for (int i = 0; i < who.size(); i++) {
            if (!who.get(i).holds(principal)) {
                return who.get(i);
            }
        }
        return null;
    }

    /** @return for messages, e.g. {@code "no images for interns" (line 12)} */
    public String title() {
        return "\"" + name + "\"" + (line == 0 ? "" : " (line " + line + ")");
    }
}
