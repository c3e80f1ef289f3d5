package dev.portcullis.ops.server;

import dev.portcullis.identity.Scopes;
import dev.portcullis.policy.ScopeHierarchy;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code scopes}: which scopes there are, what they are called on the consent page, which come with which (O-23), and which are given to clients that ask for
 * none.
 *
 * <pre>
 * scopes:
 *   reports:read: See the reports            # in short
 *   reports:write:
 *     words: Write and change reports        # on the consent page
 *     implies: reports:read                  # whoever has this has that as well; one, or a list
 *     default: no                            # given to clients that name no scope
 * </pre>
 */
final class ScopesSection {
    private static final String NAME = "scopes";
    private static final List<String> MEMBERS = List.of("words", "implies", "default");
    private static final String EXAMPLE =
            "Write the scope, a colon and its words, or words, implies and default below it; see README.md.";
    private static final int WORDS_CHARS_MAX = 200;
    private static final int SCOPES_MAX = 200;

    private final YamlReader yaml;
    private final Map<String, String> words = new LinkedHashMap<>();
    private final Map<String, Set<String>> implied = new HashMap<>();
    private final Set<String> defaults = new LinkedHashSet<>();

    private ScopesSection(YamlReader yaml) {
        this.yaml = yaml;
    }

    /**
     * What the section says.
     *
     * @param words scope → what the consent page calls it, in the section's order
     * @param defaults given to clients that name none; at least one
     */
    record Offered(Map<String, String> words, Scopes defaults, ScopeHierarchy hierarchy) {
        /** What holds without the section. */
        static final Offered BUILT_IN = new Offered(
                Map.of("mcp", "Use the tools of this server as you, as far as your company allows you to"),
                Scopes.of("mcp"),
                ScopeHierarchy.FLAT);

        Scopes all() {
            return Scopes.of(words.keySet());
        }
    }

    static Offered read(SettingValues values) {
        var section = values.section(NAME);
        return section == null ? Offered.BUILT_IN : new ScopesSection(new YamlReader(values)).read(section);
    }

    private Offered read(YamlNode section) {
        var members = yaml.members(section, NAME, EXAMPLE);
        if (members.size() > SCOPES_MAX) {
            yaml.mistake(section.line(), NAME, "has more than " + SCOPES_MAX + " scopes", "Keep it short.");
            return Offered.BUILT_IN;
        }
        members.forEach(this::readScope);
        implied.forEach((scope, others) -> others.forEach(other -> {
            if (!words.containsKey(other)) {
                yaml.mistake(
                        section.line(),
                        "scope " + scope,
                        "implies " + YamlReader.shown(other) + ", which is no scope here",
                        "Name it in the section as well.");
            }
        }));
        if (!words.isEmpty() && defaults.isEmpty()) {
            yaml.mistake(
                    section.line(),
                    NAME,
                    "has no default: a client that names no scope could be given none",
                    "Write default: yes below the least of them.");
        }
        var hierarchy = hierarchy(section);
        return words.isEmpty() || defaults.isEmpty()
                ? Offered.BUILT_IN
                : new Offered(Collections.unmodifiableMap(words), Scopes.of(defaults), hierarchy);
    }

    private ScopeHierarchy hierarchy(YamlNode section) {
        try {
            return new ScopeHierarchy(implied);
        } catch (IllegalArgumentException e) {
            yaml.mistake(section.line(), NAME + ":", String.valueOf(e.getMessage()), "Take one of the implies out.");
            return ScopeHierarchy.FLAT;
        }
    }

    private void readScope(YamlNode.Member member) {
        String scope = member.name();
        String where = "scope " + YamlReader.shown(scope);
        if (!isScope(scope)) {
            yaml.mistake(
                    member.line(),
                    where,
                    "is no name that a scope can have",
                    "Use letters, digits and signs such as : . / -, without spaces, quotes and \\ (RFC 6749 section 3.3);"
                            + " offline_access has a meaning of its own.");
            return;
        }
        if (member.value() instanceof YamlNode.Scalar) {
            keepWords(scope, member.value(), where);
            return;
        }
        var members = yaml.members(member.value(), where, EXAMPLE);
        yaml.refuseUnknown(members, where, MEMBERS);
        YamlNode said = null;
        for (var each : members) {
            switch (each.name()) {
                case "words" -> said = each.value();
                case "implies" ->
                    implied.put(scope, new LinkedHashSet<>(yaml.texts(each.value(), where + ": implies")));
                case "default" -> {
                    if (Boolean.TRUE.equals(yaml.flag(each.value(), where + ": default"))) {
                        defaults.add(scope);
                    }
                }
                default -> {} // said above
            }
        }
        if (said == null) {
            yaml.mistake(member.line(), where, "has no words", "Say with words: … what it lets a client do.");
        }
        keepWords(scope, said, where);
    }

    private void keepWords(String scope, @Nullable YamlNode node, String where) {
        String text = node == null ? null : yaml.text(node, where + ": words");
        if (node != null && text != null && text.length() > WORDS_CHARS_MAX) {
            yaml.mistake(
                    node.line(), where, "has more than " + WORDS_CHARS_MAX + " characters of words", "Say it shorter.");
        }
        words.put(scope, text == null ? scope : text);
    }

    private static boolean isScope(String name) {
        try {
            return Scopes.parse(name).equals(Scopes.of(name)) && !name.equals("offline_access");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
