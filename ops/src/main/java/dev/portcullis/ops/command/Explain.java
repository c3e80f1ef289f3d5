package dev.portcullis.ops.command;

import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.Product;
import dev.portcullis.ops.server.ServerConfig;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Explanation;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.store.RegisteredClient;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code ops/run explain}: what the policy in the settings would say to somebody, and which rule says it. Starts nothing. */
final class Explain {
    static final String NAME = "explain";

    private static final String AS = "--as";
    private static final String GROUP = "--group";
    private static final String CLAIM = "--claim";
    private static final String CLIENT = "--client";
    private static final String SCOPE = "--scope";
    private static final String TOOL = "--tool";
    private static final String PROMPT = "--prompt";
    private static final String RESOURCE = "--resource";
    private static final String SCOPE_WANTED = "--scope-wanted";
    private static final String SIGN_IN = "--sign-in";

    private final RulePolicy policy;
    private final Principal principal;
    private final PrintStream out;

    private Explain(RulePolicy policy, Principal principal, PrintStream out) {
        this.policy = policy;
        this.principal = principal;
        this.out = out;
    }

    static CommandSpec spec() {
        var spec = CommandSpec.create().name(NAME);
        spec.usageMessage()
                .width(100)
                .description(
                        "Says what somebody may do by the settings here, and which rule decides. Without a tool, prompt,"
                                + " resource, scope or sign-in to ask about: all tools.",
                        "")
                .footer(
                        "",
                        "Exit codes: 0 allowed (or a list was wanted), " + ExitCode.NEEDS_SCOPE.number()
                                + " allowed with more scopes, " + ExitCode.DENIED.number() + " denied.");
        option(spec, AS, "EMAIL", "Who asks, by e-mail address; left out: somebody of whom none is known.");
        options(spec, GROUP, "NAME", "A group they are in; may be repeated.");
        options(spec, CLAIM, "NAME=VALUE", "A claim of theirs, and its value; may be repeated.");
        option(spec, CLIENT, "ID", "The client they use.");
        options(spec, SCOPE, "SCOPE", "A scope of their token, may be repeated; left out: those given by default.");
        option(spec, TOOL, "NAME", "May they call this tool?");
        option(spec, PROMPT, "NAME", "May they get this prompt?");
        option(spec, RESOURCE, "URI", "May they read this resource?");
        option(spec, SCOPE_WANTED, "SCOPE", "May they be given this scope?");
        spec.addOption(OptionSpec.builder(SIGN_IN)
                .description("May they sign in at all?")
                .build());
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this text and exit.")
                .build());
        return spec;
    }

    private static void option(CommandSpec spec, String name, String label, String description) {
        spec.addOption(OptionSpec.builder(name)
                .type(String.class)
                .paramLabel(label)
                .description(description)
                .build());
    }

    private static void options(CommandSpec spec, String name, String label, String description) {
        spec.addOption(OptionSpec.builder(name)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel(label)
                .description(description)
                .build());
    }

    static ExitCode run(CommandLine.ParseResult asked, ServerConfig config, PrintStream out, PrintStream err) {
        var actions = actions(asked);
        var claims = claims(asked, err);
        if (claims == null) {
            return ExitCode.USAGE;
        }
        if (actions.size() > 1) {
            err.println("Ask about one thing at a time (--help lists what there is)");
            return ExitCode.USAGE;
        }
        Scopes scopes;
        try {
            scopes = asked.hasMatchedOption(SCOPE)
                    ? Scopes.parse(String.join(" ", texts(asked, SCOPE)))
                    : config.defaultScopes();
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return ExitCode.USAGE;
        }
        String email = text(asked, AS);
        var identity = new Identity(
                "explain",
                "explain",
                email == null ? null : email.toLowerCase(Locale.ROOT),
                null,
                texts(asked, GROUP),
                claims);
        String client = text(asked, CLIENT);
        var principal = new Principal(identity, client == null ? "" : client, "", scopes, boundOf(client, config));
        var explain = new Explain(Product.policy(config), principal, out);
        if (actions.isEmpty()) {
            return explain.listTools();
        }
        warnOfNothing(actions.getFirst(), config, err);
        return explain.explain(actions.getFirst());
    }

    /** Rules may speak of what is not there; who asks about it has more likely mistyped its name. */
    private static void warnOfNothing(Action action, ServerConfig config, PrintStream err) {
        switch (action) {
            case Action.CallTool(String name) -> warnUnless(Product.toolNames(), "tool", name, err);
            case Action.HoldScope(String name) -> warnUnless(config.scopes().values(), "scope", name, err);
            case Action.GetPrompt _, Action.ReadResource _, Action.SignIn _ -> {}
        }
    }

    private static void warnUnless(Collection<String> names, String kind, String name, PrintStream err) {
        if (!names.contains(name)) {
            err.println("warning: there is no " + kind + " " + name + "; there are " + String.join(", ", names));
        }
    }

    /** What the section clients lets a client have at most. */
    private static Scopes boundOf(@Nullable String client, ServerConfig config) {
        return config.authorization().clients().preregistered().stream()
                .filter(known -> known.id().equals(client))
                .map(RegisteredClient::scopes)
                .findFirst()
                .orElse(Scopes.NONE);
    }

    private static List<Action> actions(CommandLine.ParseResult asked) {
        var actions = new ArrayList<Action>();
        String tool = text(asked, TOOL);
        if (tool != null) {
            actions.add(new Action.CallTool(tool));
        }
        String prompt = text(asked, PROMPT);
        if (prompt != null) {
            actions.add(new Action.GetPrompt(prompt));
        }
        String resource = text(asked, RESOURCE);
        if (resource != null) {
            actions.add(new Action.ReadResource(resource));
        }
        String scope = text(asked, SCOPE_WANTED);
        if (scope != null) {
            actions.add(new Action.HoldScope(scope));
        }
        if (asked.hasMatchedOption(SIGN_IN)) {
            actions.add(new Action.SignIn());
        }
        return actions;
    }

    private static @Nullable Map<String, List<String>> claims(CommandLine.ParseResult asked, PrintStream err) {
        var claims = new HashMap<String, List<String>>();
        for (String claim : texts(asked, CLAIM)) {
            int equals = claim.indexOf('=');
            if (equals < 1) {
                err.println(CLAIM + " wants a name, = and a value");
                return null;
            }
            claims.computeIfAbsent(claim.substring(0, equals), _ -> new ArrayList<>())
                    .add(claim.substring(equals + 1));
        }
        return claims;
    }

    private static @Nullable String text(CommandLine.ParseResult asked, String option) {
        return asked.matchedOptionValue(option, null);
    }

    private static List<String> texts(CommandLine.ParseResult asked, String option) {
        return asked.matchedOptionValue(option, List.of());
    }

    private ExitCode listTools() {
        for (String tool : Product.toolNames()) {
            var explanation = policy.explain(principal, new Action.CallTool(tool));
            out.printf("%-24s %s, by %s%n", tool, words(explanation.decision()), decider(explanation));
        }
        return ExitCode.OK;
    }

    private ExitCode explain(Action action) {
        var explanation = policy.explain(principal, action);
        out.println(words(explanation.decision()) + ", by " + decider(explanation));
        // A scope may be denied by the rule about one that it implies: then nothing decided about it alone.
        if (explanation.decision() instanceof Decision.Deny(String why)
                && why.startsWith("rule ")
                && !isBy(explanation, why)) {
            out.println("  " + why);
        }
        explanation.passed().stream()
                .map(passed -> "  not by " + passed.rule().title() + ": " + passed.why())
                .distinct() // ALLOWED_EMAILS are two rules
                .forEach(out::println);
        return switch (explanation.decision()) {
            case Decision.Allow() -> ExitCode.OK;
            case Decision.NeedScope _ -> ExitCode.NEEDS_SCOPE;
            case Decision.Deny _ -> ExitCode.DENIED;
        };
    }

    private static boolean isBy(Explanation explanation, String why) {
        return explanation.decidedBy() != null && why.equals(decider(explanation));
    }

    private static String words(Decision decision) {
        return switch (decision) {
            case Decision.Allow() -> "allowed";
            case Decision.Deny _ -> "denied";
            case Decision.NeedScope(var needed) -> "needs the scopes " + needed;
        };
    }

    private static String decider(Explanation explanation) {
        var rule = explanation.decidedBy();
        return rule == null ? "default, since no rule matches" : "rule " + rule.title();
    }
}
