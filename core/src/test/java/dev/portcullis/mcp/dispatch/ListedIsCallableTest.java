package dev.portcullis.mcp.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.model.PromptMessage;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.PromptCall;
import dev.portcullis.mcp.registry.PromptDefinition;
import dev.portcullis.mcp.registry.PromptHandler;
import dev.portcullis.mcp.registry.PromptRegistry;
import dev.portcullis.mcp.registry.PromptResult;
import dev.portcullis.mcp.registry.ResourceRegistry;
import dev.portcullis.mcp.registry.ToolCall;
import dev.portcullis.mcp.registry.ToolDefinition;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Condition;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Rule;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.policy.ScopeHierarchy;
import dev.portcullis.policy.TextPattern;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Whatever the rules and whoever asks: what is listed is what can be called, now or after asking for the scopes that are named; in every revision, for tools, prompts,
 * resources and templates (O-23, T-41, T-88).
 */
class ListedIsCallableTest {
    private static final int POLICIES = 60;
    private static final List<String> TOOLS = List.of("add", "report-read", "report-write", "admin");
    private static final List<String> PROMPTS = List.of("greet", "report-sum", "admin");
    private static final List<String> RESOURCES = List.of("test://one", "test://two", "test://report/9");
    private static final String TEMPLATE = "test://each/{id}";
    private static final String OF_TEMPLATE = "test://each/7";
    private static final List<String> SCOPES = List.of("mcp", "x:read", "x:write");
    private static final ScopeHierarchy HIERARCHY = new ScopeHierarchy(Map.of("x:write", Set.of("x:read")));

    private int hidden;
    private int asked;
    private int allowed;

    /** What clients list, what they call, and how. */
    private record Kind(String list, String member, String call, String named, List<String> names) {
        Set<String> listedIn(String answer) {
            var names = new TreeSet<String>();
            var matcher = Pattern.compile("\"" + member + "\":\"([^\"]+)\"").matcher(answer);
            while (matcher.find()) {
                names.add(matcher.group(1));
            }
            names.remove("portcullis"); // how the server calls itself in the same answer
            return names;
        }

        /** A template is read by a URI that fits it. */
        String params(String name) {
            return "{\"" + named + "\":\"" + (name.equals(TEMPLATE) ? OF_TEMPLATE : name) + "\"}";
        }
    }

    private static final List<Kind> KINDS = List.of(
            new Kind("tools/list", "name", "tools/call", "name", TOOLS),
            new Kind("prompts/list", "name", "prompts/get", "name", PROMPTS),
            new Kind("resources/list", "uri", "resources/read", "uri", RESOURCES),
            new Kind("resources/templates/list", "uriTemplate", "resources/read", "uri", List.of(TEMPLATE)));

    @Test
    void listWhenRulesAndPeopleAreRandomThenIsWhatCanBeCalled() throws Exception {
        for (int seed = 0; seed < POLICIES; seed++) {
            var random = new Random(seed);
            var policy = policy(random);
            try (var fixture = new DispatcherFixture(policy, CallLimits.DEFAULT, catalog())) {
                for (int i = 0; i < 3; i++) {
                    var who = person(random);
                    for (var version : ProtocolVersion.ALL) {
                        for (var kind : KINDS) {
                            check(fixture, policy, version, who, kind, "seed " + seed + ", " + version + ", " + who);
                        }
                    }
                }
            }
        }
        assertThat(List.of(hidden, asked, allowed))
                .as("hidden, asked for scopes, allowed")
                .allMatch(count -> count > 500);
    }

    private void check(
            DispatcherFixture fixture, RulePolicy policy, ProtocolVersion version, Principal who, Kind kind, String as)
            throws Exception {
        var listed = kind.listedIn(fixture.call(version, who, kind.list(), "{}"));
        var callable = new TreeSet<String>();
        for (String name : kind.names()) {
            String answer = fixture.call(version, who, kind.call(), kind.params(name));
            if (answer.startsWith("scope ")) {
                asked++;
                var needed = Scopes.parse(answer.substring("scope ".length()));
                checkStepUp(fixture, policy, version, who, kind, name, needed, as);
                callable.add(name);
            } else if (answer.contains("\"result\"")) {
                allowed++;
                callable.add(name);
            } else {
                hidden++;
                assertThat(answer).as(as).containsAnyOf("Unknown tool", "Unknown prompt", "not found");
            }
        }
        assertThat(listed).as(as + " " + kind.list()).isEqualTo(callable);
    }

    /** What is asked for can be had, and suffices. */
    private static void checkStepUp(
            DispatcherFixture fixture,
            RulePolicy policy,
            ProtocolVersion version,
            Principal who,
            Kind kind,
            String name,
            Scopes needed,
            String as)
            throws Exception {
        assertThat(needed.values())
                .as(as)
                .filteredOn(scope -> !HIERARCHY.suffices(who.scopes(), Scopes.of(scope)))
                .isNotEmpty()
                .allMatch(who::isForClient)
                .allMatch(scope -> policy.decide(who, new Action.HoldScope(scope)) instanceof Decision.Allow);
        var more = new LinkedHashSet<>(who.scopes().values());
        more.addAll(needed.values());
        var stepped = new Principal(who.identity(), who.clientId(), who.grantId(), Scopes.of(more), who.clientScopes());
        boolean restsOnScopes = policy.rules().stream()
                .flatMap(rule -> rule.who().stream())
                .anyMatch(Condition.Scope.class::isInstance);
        if (!restsOnScopes) { // else more scopes may lead to another rule
            assertThat(fixture.call(version, stepped, kind.call(), kind.params(name)))
                    .as(as + " " + name)
                    .contains("\"result\"");
        }
    }

    private static RulePolicy policy(Random random) {
        var rules = IntStream.range(0, random.nextInt(8))
                .mapToObj(i -> rule("rule " + i, random))
                .toList();
        return RulePolicy.of(rules, random.nextBoolean(), HIERARCHY);
    }

    private static Rule rule(String name, Random random) {
        var who = new ArrayList<Condition>();
        if (random.nextInt(3) > 0) {
            who.add(condition(random));
        }
        if (random.nextInt(4) == 0) {
            who.add(condition(random));
        }
        int kind = random.nextInt(5);
        boolean needs = kind < 2;
        boolean ofOperations = needs || who.stream().anyMatch(Condition.Scope.class::isInstance);
        var what = new Rule.What(
                patterns(random, TOOLS, "report-*", "*"),
                patterns(random, PROMPTS, "*-sum", "*"),
                patterns(random, RESOURCES, "test://report/*", TEMPLATE, "test://each/*", "*"),
                ofOperations ? List.of() : patterns(random, SCOPES, "x:*"),
                !ofOperations && random.nextBoolean());
        Rule.Effect effect = needs
                ? new Rule.Effect.Needs(Scopes.of(one(random, SCOPES), one(random, List.of("x:read", "x:write"))))
                : kind < 4 ? new Rule.Effect.Allow() : new Rule.Effect.Deny();
        return new Rule(name, 0, who, what, effect);
    }

    private static Condition condition(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> new Condition.Email(Set.of(one(random, List.of("p0@a.example", "p1@b.example"))));
            case 1 -> new Condition.Domain(Set.of(one(random, List.of("a.example", "b.example"))));
            case 2 -> new Condition.Group(List.of(new TextPattern(one(random, List.of("eng", "sales", "*")))));
            case 3 -> new Condition.Client(List.of(new TextPattern(one(random, List.of("client-0", "client-*")))));
            default -> new Condition.Scope(HIERARCHY.satisfying(one(random, SCOPES)));
        };
    }

    private static List<TextPattern> patterns(Random random, List<String> names, String... more) {
        var all = Stream.concat(names.stream(), Stream.of(more)).toList();
        return random.nextInt(3) == 0 ? List.of() : List.of(new TextPattern(one(random, all)));
    }

    private static Principal person(Random random) {
        int number = random.nextInt(3);
        String email = number == 2 ? null : "p" + number + "@" + one(random, List.of("a.example", "b.example"));
        var groups = random.nextBoolean() ? List.of(one(random, List.of("eng", "sales"))) : List.<String>of();
        var scopes = SCOPES.stream().filter(_ -> random.nextBoolean()).toList();
        var ofClient = random.nextBoolean()
                ? SCOPES.stream()
                        .filter(scope -> scopes.contains(scope) || random.nextBoolean())
                        .toList()
                : List.<String>of();
        return new Principal(
                new Identity("https://idp.example", "s" + number, email, null, groups),
                "client-" + random.nextInt(2),
                "grant",
                Scopes.of(scopes),
                Scopes.of(ofClient));
    }

    private static <T> T one(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static Catalog catalog() {
        return new Catalog(
                ToolRegistry.of(TOOLS.stream().map(InlineTool::new).toList()),
                PromptRegistry.of(PROMPTS.stream().map(SayingPrompt::new).toList()),
                ResourceRegistry.of(Stream.concat(
                                RESOURCES.stream().map(TestResource::of), Stream.of(TestResource.template(TEMPLATE)))
                        .toList()));
    }

    private record InlineTool(String name) implements ToolHandler {
        @Override
        public ToolDefinition definition() {
            return ToolDefinition.of(name, "Does it", "{\"type\":\"object\"}").inline();
        }

        @Override
        public ToolResult call(ToolCall call) {
            return ToolResult.text("done");
        }
    }

    private record SayingPrompt(String name) implements PromptHandler {
        @Override
        public PromptDefinition definition() {
            return PromptDefinition.of(name, "Says it");
        }

        @Override
        public PromptResult get(PromptCall call) {
            return PromptResult.of(PromptMessage.user("said"));
        }
    }
}
