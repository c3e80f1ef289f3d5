package dev.portcullis.ops.server;

import dev.portcullis.identity.Scopes;
import dev.portcullis.policy.Condition;
import dev.portcullis.policy.Rule;
import dev.portcullis.policy.TextPattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code rules}: who may do what, in order.
 *
 * <pre>
 * rules:
 *   - name: reports are for finance
 *     who:                                   # all of these must hold; left out: everyone
 *       domain: example.com                  # and: email, group, claim, client, scope; one text, or a list of which any will do
 *       group: [finance, audit]
 *     what:                                  # left out: everything
 *       tools: report-*                      # and: prompts, resources, scopes, sign-in
 *     then: allow                            # or deny; or needs: scope, instead of then
 * </pre>
 */
final class RulesSection {
    private static final String NAME = "rules";
    private static final String MEND = "A rule has a name, who, what, and either then or needs; see README.md.";
    private static final List<String> MEMBERS = List.of("name", "who", "what", "then", "needs");
    private static final List<String> WHO = List.of("email", "domain", "group", "claim", "client", "scope");
    private static final List<String> WHAT = List.of("tools", "prompts", "resources", "scopes", "sign-in");
    private static final int RULES_MAX = 1_000;
    private static final int NAME_CHARS_MAX = 80;

    private final YamlReader yaml;
    private final ScopesSection.Offered scopes;
    private final List<String> warnings;
    private final List<Rule> rules = new ArrayList<>();
    private final Map<String, Integer> lineOfName = new HashMap<>();

    private RulesSection(SettingValues values, ScopesSection.Offered scopes, List<String> warnings) {
        this.yaml = new YamlReader(values);
        this.scopes = scopes;
        this.warnings = warnings;
    }

    static List<Rule> read(SettingValues values, ScopesSection.Offered scopes, List<String> warnings) {
        var section = values.section(NAME);
        if (section == null) {
            return List.of();
        }
        var reader = new RulesSection(values, scopes, warnings);
        reader.readAll(section);
        reader.warnOfUnreachable();
        return reader.rules;
    }

    private void readAll(YamlNode section) {
        if (!(section instanceof YamlNode.Sequence(var items, var _))) {
            yaml.mistake(section.line(), NAME, "is no list", "Begin each rule with a dash: - name: …");
            return;
        }
        if (items.size() > RULES_MAX) {
            yaml.mistake(section.line(), NAME, "has more than " + RULES_MAX + " rules", "Use patterns and groups.");
            return;
        }
        items.forEach(this::readRule);
    }

    private void readRule(YamlNode item) {
        String start = "a rule";
        var members = yaml.members(item, start, MEND);
        if (members.isEmpty()) {
            return;
        }
        var byName = new HashMap<String, YamlNode>();
        members.forEach(member -> byName.put(member.name(), member.value()));
        String name = name(item.line(), byName.get("name"));
        String where = "rule \"" + YamlReader.shown(name) + "\"";
        yaml.refuseUnknown(members, where, MEMBERS);
        var effect = effect(item.line(), where, byName.get("then"), byName.get("needs"));
        var who = who(where, byName.get("who"));
        boolean asksForScope = who.stream().anyMatch(Condition.Scope.class::isInstance);
        boolean isForOperations = asksForScope || effect instanceof Rule.Effect.Needs;
        var what = what(where, byName.get("what"), isForOperations);
        if (effect != null && what != null) {
            if (isForOperations && (what.signIn() || !what.scopes().isEmpty())) {
                yaml.mistake(
                        item.line(),
                        where,
                        "asks for scopes where there is no token yet",
                        "With needs, or with scope among who, what can only be tools, prompts and resources.");
                return;
            }
            rules.add(new Rule(name, item.line(), who, what, effect));
        }
    }

    private String name(int line, @Nullable YamlNode node) {
        String name = node == null ? null : yaml.text(node, "a rule's name");
        if (name == null) {
            if (node == null) {
                yaml.mistake(
                        line, "a rule", "has no name", "Say with name: … what it is for; logs and explain use it.");
            }
            return "line " + line;
        }
        if (name.length() > NAME_CHARS_MAX) {
            yaml.mistake(line, "a rule's name", "is longer than " + NAME_CHARS_MAX + " characters", "Shorten it.");
        }
        Integer earlier = lineOfName.putIfAbsent(name, line);
        if (earlier != null) {
            yaml.mistake(
                    line,
                    "rule \"" + YamlReader.shown(name) + "\"",
                    "has the name of the one in line " + earlier,
                    "Give it another, so that explain can tell them apart.");
        }
        return name;
    }

    private Rule.@Nullable Effect effect(int line, String where, @Nullable YamlNode then, @Nullable YamlNode needs) {
        if (then != null && needs == null) {
            return said(then, where + ": then");
        }
        if (then == null && needs != null) {
            var needed = yaml.texts(needs, where + ": needs");
            needed.forEach(scope -> requireScope(needs.line(), where + ": needs", scope));
            return needed.isEmpty() ? null : new Rule.Effect.Needs(Scopes.of(needed));
        }
        yaml.mistake(
                line,
                where,
                then == null ? "says neither then nor needs" : "says both then and needs",
                "Write then: allow, then: deny, or needs: and scopes.");
        return null;
    }

    private Rule.@Nullable Effect said(YamlNode then, String where) {
        String text = yaml.text(then, where);
        return switch (text) {
            case "allow" -> new Rule.Effect.Allow();
            case "deny" -> new Rule.Effect.Deny();
            case null -> null;
            default -> {
                yaml.mistake(
                        then.line(),
                        where,
                        "is " + YamlReader.shown(text),
                        "Write then: allow or then: deny; for scopes, needs: instead of then.");
                yield null;
            }
        };
    }

    private void requireScope(int line, String where, String scope) {
        if (!scopes.words().containsKey(scope)) {
            yaml.mistake(
                    line,
                    where,
                    "names " + YamlReader.shown(scope) + ", which is no scope here",
                    "There are: " + scopes.all() + "; others are made in the section scopes.");
        }
    }

    private List<Condition> who(String where, @Nullable YamlNode node) {
        if (node == null) {
            return List.of();
        }
        var conditions = new ArrayList<Condition>();
        var members = yaml.members(node, where + ": who", "Leave who out if the rule is for everyone.");
        yaml.refuseUnknown(members, where + ": who", WHO);
        for (var member : members) {
            String here = where + ": " + member.name();
            switch (member.name()) {
                case "email" -> conditions.add(new Condition.Email(emails(member, here)));
                case "domain" -> conditions.add(new Condition.Domain(domains(member, here)));
                case "group" -> conditions.add(new Condition.Group(patterns(member.value(), here)));
                case "client" -> conditions.add(new Condition.Client(patterns(member.value(), here)));
                case "scope" -> conditions.add(new Condition.Scope(held(member, here)));
                case "claim" -> conditions.addAll(claims(member, here));
                default -> {} // said above
            }
        }
        if (conditions.isEmpty()) { // whatever was meant, it was not everyone
            conditions.add(new Condition.Email(Set.of()));
        }
        return conditions;
    }

    private Set<String> emails(YamlNode.Member member, String where) {
        var emails = new HashSet<>(yaml.texts(member.value(), where));
        for (String email : emails) {
            if (email.indexOf('@') < 1 || email.endsWith("@") || email.indexOf('*') >= 0) {
                yaml.mistake(
                        member.line(),
                        where,
                        "holds " + YamlReader.shown(email) + ", which is no e-mail address",
                        "Write whole addresses; for all of a domain write domain: example.com.");
            }
        }
        return emails;
    }

    private Set<String> domains(YamlNode.Member member, String where) {
        var domains = new HashSet<>(yaml.texts(member.value(), where));
        for (String domain : domains) {
            if (domain.indexOf('@') >= 0 || domain.indexOf('*') >= 0 || domain.startsWith(".")) {
                yaml.mistake(
                        member.line(),
                        where,
                        "holds " + YamlReader.shown(domain) + ", which is no domain",
                        "Write what stands behind the @, whole: each domain below another one is named by itself.");
            }
        }
        return domains;
    }

    private Set<String> held(YamlNode.Member member, String where) {
        var held = new HashSet<String>();
        for (String scope : yaml.texts(member.value(), where)) {
            requireScope(member.line(), where, scope);
            held.addAll(scopes.hierarchy().satisfying(scope));
        }
        return held;
    }

    private List<Condition> claims(YamlNode.Member member, String where) {
        var conditions = new ArrayList<Condition>();
        for (var claim : yaml.members(member.value(), where, "Write claim: and below it the claim's name and value.")) {
            conditions.add(new Condition.Claim(
                    claim.name(), patterns(claim.value(), where + " " + YamlReader.shown(claim.name()))));
        }
        return conditions;
    }

    private Rule.@Nullable What what(String where, @Nullable YamlNode node, boolean isForOperations) {
        if (node == null) {
            return isForOperations ? Rule.What.OPERATIONS : Rule.What.EVERYTHING;
        }
        var members = yaml.members(node, where + ": what", "Leave what out if the rule is about everything.");
        yaml.refuseUnknown(members, where + ": what", WHAT);
        var lists = new HashMap<String, List<TextPattern>>();
        boolean signIn = false;
        for (var member : members) {
            String here = where + ": " + member.name();
            if (member.name().equals("sign-in")) {
                if (Boolean.FALSE.equals(yaml.flag(member.value(), here))) {
                    yaml.mistake(member.line(), here, "is no", "Leave sign-in out if the rule is not about it.");
                }
                signIn = true;
            } else if (WHAT.contains(member.name())) {
                lists.put(member.name(), patterns(member.value(), here));
            }
        }
        return signIn || !lists.isEmpty()
                ? new Rule.What(
                        lists.getOrDefault("tools", List.of()),
                        lists.getOrDefault("prompts", List.of()),
                        lists.getOrDefault("resources", List.of()),
                        lists.getOrDefault("scopes", List.of()),
                        signIn)
                : null;
    }

    private List<TextPattern> patterns(YamlNode node, String where) {
        return new LinkedHashSet<>(yaml.texts(node, where))
                .stream().map(TextPattern::new).toList();
    }

    private void warnOfUnreachable() {
        for (int later = 1; later < rules.size(); later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                if (rules.get(earlier).covers(rules.get(later))) {
                    warnings.add("rules: " + rules.get(later).title() + " never decides, since "
                            + rules.get(earlier).title() + " stands before it and matches all that it does.");
                    break;
                }
            }
        }
    }
}
