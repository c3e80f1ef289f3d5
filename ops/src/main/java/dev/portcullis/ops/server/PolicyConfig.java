package dev.portcullis.ops.server;

import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.Registered;
import dev.portcullis.policy.Condition;
import dev.portcullis.policy.Rule;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.policy.TextPattern;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what: the sections {@code rules} and {@code scopes}, and the header mode of Access (O-153).
 *
 * @param rules in order
 * @param allowsByDefault what holds where no rule matches
 * @param scopes which scopes there are
 * @param headerMode null if it is off
 */
public record PolicyConfig(
        List<Rule> rules,
        boolean allowsByDefault,
        ScopesSection.Offered scopes,
        @Nullable HeaderMode headerMode) {
    public PolicyConfig {
        rules = List.copyOf(rules);
    }

    /** Reads and checks; mistakes go to {@code values}, what is allowed but should be known to {@code warnings}. */
    static PolicyConfig load(SettingValues values, List<String> warnings) {
        var scopes = ScopesSection.read(values);
        var rules = RulesSection.read(values, scopes, warnings);
        boolean allowsByDefault = allowsByDefault(values);
        if (!allowsByDefault && rules.isEmpty()) {
            warnings.add("Nobody can sign in: RULES_DEFAULT is deny, and portcullis.yaml has no rules.");
        }
        if (allowsByDefault) {
            warnOfDenialsByWhatMayBeUnknown(rules, warnings);
        }
        warnOfUselessScopes(rules, scopes, warnings);
        return new PolicyConfig(rules, allowsByDefault, scopes, HeaderMode.load(values, warnings));
    }

    private static boolean allowsByDefault(SettingValues values) {
        return switch (values.text(Setting.RULES_DEFAULT)) {
            case "allow" -> true;
            case "deny" -> false;
            default -> {
                values.mistake(
                        Setting.RULES_DEFAULT,
                        "is neither allow nor deny",
                        "Set RULES_DEFAULT=allow or RULES_DEFAULT=deny.");
                yield false;
            }
        };
    }

    /** O-152: providers leave groups and claims out, and then a rule that denies by them denies nobody. */
    private static void warnOfDenialsByWhatMayBeUnknown(List<Rule> rules, List<String> warnings) {
        for (Rule rule : rules) {
            boolean restsOnIt = rule.who().stream()
                    .anyMatch(
                            condition -> condition instanceof Condition.Group || condition instanceof Condition.Claim);
            if (rule.effect() instanceof Rule.Effect.Deny && restsOnIt) {
                warnings.add(
                        "rules: " + rule.title() + " denies by group or claim, and RULES_DEFAULT is allow: whoever's"
                                + " groups the identity provider leaves out is not denied. Safer: RULES_DEFAULT=deny, and rules"
                                + " that allow.");
            }
        }
    }

    private static void warnOfUselessScopes(List<Rule> rules, ScopesSection.Offered scopes, List<String> warnings) {
        for (Rule rule : rules) {
            warnOfUnmatched(rule, "scopes", rule.what().scopes(), scopes.words().keySet(), warnings);
        }
    }

    /** @return the names of claims that rules look at: only these are kept of what the provider says */
    Set<String> claims() {
        return rules.stream()
                .flatMap(rule -> rule.who().stream())
                .flatMap(condition ->
                        condition instanceof Condition.Claim(String name, var _) ? Stream.of(name) : Stream.empty())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** @return the policy that the settings say */
    public RulePolicy policy() {
        return RulePolicy.of(rules, allowsByDefault, scopes.hierarchy());
    }

    /** @return what in the rules cannot have been meant, seeing what is offered: a sentence each */
    public List<String> warningsAbout(Catalog catalog) {
        var warnings = new ArrayList<String>();
        var tools = keys(catalog.tools().all());
        var prompts = keys(catalog.prompts().all());
        var resources = Stream.of(
                        catalog.resources().resources(), catalog.resources().templates())
                .flatMap(each -> keys(each).stream())
                .toList();
        for (Rule rule : rules) {
            warnOfUnmatched(rule, "tools", rule.what().tools(), tools, warnings);
            warnOfUnmatched(rule, "prompts", rule.what().prompts(), prompts, warnings);
            for (TextPattern pattern : rule.what().resources()) {
                boolean isOne = !pattern.isWild() && catalog.resources().match(pattern.text()) != null;
                if (!isOne) {
                    warnOfUnmatched(rule, "resources", List.of(pattern), resources, warnings);
                }
            }
        }
        return warnings;
    }

    private static List<String> keys(List<? extends Registered> all) {
        return all.stream().map(Registered::key).toList();
    }

    /** Everything is meant by a lone star, be it nothing so far. */
    private static void warnOfUnmatched(
            Rule rule, String kind, List<TextPattern> patterns, Collection<String> names, List<String> warnings) {
        for (TextPattern pattern : patterns) {
            if (!pattern.equals(TextPattern.ANY) && names.stream().noneMatch(pattern::matches)) {
                warnings.add("rules: " + rule.title() + " names " + kind + " " + YamlReader.shown(pattern.text())
                        + ", and there is no such thing"
                        + (names.isEmpty() ? "." : "; there are " + shown(names) + "."));
            }
        }
    }

    private static String shown(Collection<String> names) {
        return names.stream().limit(20).collect(Collectors.joining(", ")) + (names.size() > 20 ? ", …" : "");
    }

    /** @return a sentence on each rule that gives somebody else the tool which {@code ALLOWED_EMAILS} keeps; nothing if that is not set */
    List<String> warningsAboutKept(String tool, Set<String> emails) {
        return rules.stream()
                .filter(rule -> !emails.isEmpty() && !(rule.effect() instanceof Rule.Effect.Deny))
                .filter(rule -> rule.what().tools().stream().anyMatch(pattern -> pattern.matches(tool)))
                .map(rule -> "rules: " + rule.title() + " decides about " + tool
                        + " before ALLOWED_EMAILS does, and lets everyone it matches have it.")
                .toList();
    }
}
