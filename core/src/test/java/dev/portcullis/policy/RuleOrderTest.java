package dev.portcullis.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.policy.Rule.Effect;
import dev.portcullis.policy.Rule.What;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules in order, their conditions, and scopes (O-23, O-42, O-152, T-88). */
class RuleOrderTest {
    private static final Effect ALLOW = new Effect.Allow();
    private static final Effect DENY = new Effect.Deny();
    private static final ScopeHierarchy FILES =
            new ScopeHierarchy(Map.of("files:admin", Set.of("files:write"), "files:write", Set.of("files:read")));

    @Test
    void decideWhenSeveralRulesMatchThenTheFirstDecides() {
        var open = RulePolicy.of(List.of(tool("a", ALLOW, "t"), tool("b", DENY, "t")), true, ScopeHierarchy.FLAT);
        var closed = RulePolicy.of(List.of(tool("b", DENY, "t"), tool("a", ALLOW, "t")), true, ScopeHierarchy.FLAT);

        assertThat(call(open, ada(), "t")).isEqualTo(Decision.ALLOW);
        assertThat(call(closed, ada(), "t")).isEqualTo(new Decision.Deny("rule \"b\""));
    }

    @Test
    void decideWhenNothingMatchesThenTheDefaultHoldsForEveryKindOfAction() {
        var open = RulePolicy.of(List.of(), true, ScopeHierarchy.FLAT);
        var closed = RulePolicy.of(List.of(), false, ScopeHierarchy.FLAT);

        assertThat(everyKind()).allSatisfy(action -> {
            assertThat(open.decide(ada(), action)).isEqualTo(Decision.ALLOW);
            assertThat(closed.decide(ada(), action)).isInstanceOf(Decision.Deny.class);
        });
    }

    @Test
    void decideWhenARuleIsAboutEverythingThenItDecidesEveryKindOfAction() {
        var policy = RulePolicy.of(
                List.of(new Rule("all", 3, List.of(), What.EVERYTHING, ALLOW)), false, ScopeHierarchy.FLAT);

        assertThat(everyKind())
                .allSatisfy(action -> assertThat(policy.decide(ada(), action)).isEqualTo(Decision.ALLOW));
    }

    private static Stream<Action> everyKind() {
        return Stream.of(
                new Action.SignIn(),
                new Action.HoldScope("s"),
                new Action.CallTool("t"),
                new Action.GetPrompt("p"),
                new Action.ReadResource("r://1"));
    }

    @Test
    void decideWhenOneOfSeveralConditionsFailsThenTheRuleDoesNotMatch() {
        var rule = new Rule(
                "both",
                0,
                List.of(
                        new Condition.Domain(Set.of("example.com")),
                        new Condition.Group(List.of(new TextPattern("eng*")))),
                What.OPERATIONS,
                ALLOW);
        var policy = RulePolicy.of(List.of(rule), false, ScopeHierarchy.FLAT);

        assertThat(call(policy, ada(), "t")).isEqualTo(Decision.ALLOW);
        assertThat(call(policy, person("eve@evil.example", List.of("engineering"), Scopes.NONE), "t"))
                .isInstanceOf(Decision.Deny.class);
        assertThat(call(policy, person("eve@example.com", List.of("sales"), Scopes.NONE), "t"))
                .isInstanceOf(Decision.Deny.class);
    }

    /** O-152: whoever has no groups is in none. */
    @Test
    void decideWhenGroupsAreAbsentThenRulesThatNeedThemGiveNothing() {
        var rule = new Rule("eng", 0, List.of(new Condition.Group(List.of(TextPattern.ANY))), What.OPERATIONS, ALLOW);
        var policy = RulePolicy.of(List.of(rule), false, ScopeHierarchy.FLAT);

        assertThat(call(policy, person("ada@example.com", List.of(), Scopes.NONE), "t"))
                .isInstanceOf(Decision.Deny.class);
    }

    @ParameterizedTest
    @CsvSource({
        "ada@example.com, true",
        "ada@sub.example.com, false",
        "ada@notexample.com, false",
        "@example.com, false",
        "example.com, false",
        "ada@example.com.evil.example, false",
        ", false"
    })
    void domainWhenComparedThenIsTheWholePartBehindTheAt(String email, boolean holds) {
        assertThat(new Condition.Domain(Set.of("EXAMPLE.com")).holds(person(email, List.of(), Scopes.NONE)))
                .isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({
        "claude.ai, https://claude.ai/oauth/client.json, true",
        "CLAUDE.ai, https://claude.ai:443/c, true",
        "claude.ai, https://claude.ai.evil.example/c, false",
        "claude.ai, https://evil.example/claude.ai/c, false",
        "claude.ai, http://claude.ai/c, false",
        "claude.ai, https://x@claude.ai/c, false",
        "https://claude.ai/*, https://claude.ai/oauth/client.json, true",
        "cli-*, cli-7, true",
        "cli, cli-7, false"
    })
    void clientWhenComparedThenIsAnIdOrTheHostOfOne(String pattern, String id, boolean holds) {
        var principal = new Principal(ada().identity(), id, "g", Scopes.NONE);
        assertThat(new Condition.Client(List.of(new TextPattern(pattern))).holds(principal))
                .isEqualTo(holds);
    }

    @Test
    void claimWhenComparedThenAnyOfItsValuesFits() {
        var identity = new Identity(
                "https://idp.example", "s", null, null, List.of(), Map.of("dept", List.of("sales", "ops-eu")));
        var principal = new Principal(identity, "c", "g", Scopes.NONE);

        assertThat(claim("dept", "ops-*").holds(principal)).isTrue();
        assertThat(claim("dept", "OPS-*").holds(principal)).isFalse();
        assertThat(claim("team", "*").holds(principal)).isFalse();
    }

    private static Condition claim(String name, String value) {
        return new Condition.Claim(name, List.of(new TextPattern(value)));
    }

    /** T-88: files:read is neither files:read-all nor FILES:READ, and no pattern is made of what is needed. */
    @ParameterizedTest
    @CsvSource({
        "files:read, true",
        "files:write, true",
        "files:admin, true",
        "other files:read, true",
        "files:read-all, false",
        "files:rea, false",
        "FILES:READ, false",
        "files:*, false",
        "'', false"
    })
    void decideWhenScopesAreNeededThenTheyAreComparedWholeAndHierarchyCounts(String held, boolean suffices) {
        var policy = RulePolicy.of(List.of(tool("r", needs("files:read"), "t")), true, FILES);

        var decision = call(policy, holding(held), "t");

        assertThat(decision).isEqualTo(suffices ? Decision.ALLOW : new Decision.NeedScope(Scopes.of("files:read")));
    }

    /** O-23: a scope implies downwards only; and all that the operation needs is named, what is held included. */
    @Test
    void decideWhenOneOfTwoScopesIsHeldThenBothAreNamed() {
        var policy = RulePolicy.of(List.of(tool("r", needs("files:write", "mcp"), "t")), true, FILES);

        assertThat(call(policy, holding("mcp files:read"), "t"))
                .isEqualTo(new Decision.NeedScope(Scopes.of("files:write", "mcp")));
        assertThat(call(policy, holding("mcp files:admin"), "t")).isEqualTo(Decision.ALLOW);
    }

    /** A scope that the person cannot be given is not asked for. */
    @Test
    void decideWhenTheNeededScopeIsNotForThisPersonThenIsDenied() {
        var notForAda = new Rule(
                "no",
                0,
                List.of(new Condition.Email(Set.of("ada@example.com"))),
                new What(List.of(), List.of(), List.of(), List.of(new TextPattern("files:read")), false),
                DENY);
        var policy = RulePolicy.of(List.of(notForAda, tool("r", needs("files:read"), "t")), true, FILES);

        assertThat(call(policy, ada(), "t")).isInstanceOf(Decision.Deny.class);
        assertThat(call(policy, person("bob@example.com", List.of(), Scopes.NONE), "t"))
                .isInstanceOf(Decision.NeedScope.class);
    }

    /** O-42: nor one that the operator keeps from the client; asking would send it through sign-in for nothing. */
    @Test
    void decideWhenTheNeededScopeIsNotForThisClientThenIsDenied() {
        var policy = RulePolicy.of(List.of(tool("r", needs("files:write", "mcp"), "t")), true, FILES);

        assertThat(call(policy, through("mcp files:read"), "t")).isInstanceOf(Decision.Deny.class);
        assertThat(call(policy, through("files:write"), "t")).as("mcp is held").isInstanceOf(Decision.NeedScope.class);
        assertThat(call(policy, through(""), "t")).as("no bound").isInstanceOf(Decision.NeedScope.class);
    }

    /** Ada with the scope mcp, through a client that may have these. */
    private static Principal through(String ofClient) {
        return new Principal(ada().identity(), "c", "g", Scopes.of("mcp"), Scopes.parse(ofClient));
    }

    /** Who may not have files:read may not have it within files:admin either. */
    @Test
    void holdWhenAnImpliedScopeIsDeniedThenTheScopeIsDenied() {
        var no = new Rule(
                "no",
                0,
                List.of(),
                new What(List.of(), List.of(), List.of(), List.of(new TextPattern("files:read")), false),
                DENY);
        var policy = RulePolicy.of(List.of(no), true, FILES);

        assertThat(policy.decide(ada(), new Action.HoldScope("files:admin"))).isInstanceOf(Decision.Deny.class);
        assertThat(policy.decide(ada(), new Action.HoldScope("mcp"))).isEqualTo(Decision.ALLOW);
    }

    /** O-42. */
    @Test
    void grantedScopesWhenCutThenAreWhatWasAskedForAndBothMayHave() {
        var notForAll = new Rule(
                "no",
                0,
                List.of(),
                new What(List.of(), List.of(), List.of(), List.of(new TextPattern("files:write")), false),
                DENY);
        var policy = RulePolicy.of(List.of(notForAll), true, ScopeHierarchy.FLAT);
        var asked = Scopes.of("mcp", "files:read", "files:write");

        assertThat(GrantedScopes.of(asked, Scopes.NONE, ada(), policy)).isEqualTo(Scopes.of("mcp", "files:read"));
        assertThat(GrantedScopes.of(asked, Scopes.of("files:read", "files:write", "more"), ada(), policy))
                .isEqualTo(Scopes.of("files:read"));
        assertThat(GrantedScopes.of(Scopes.of("files:write"), Scopes.NONE, ada(), policy))
                .isEqualTo(Scopes.NONE);
    }

    @Test
    void decideWhenATemplateIsNamedThenAllThatIsReadThroughItIsMeant() {
        var what = new What(List.of(), List.of(), List.of(new TextPattern("note://{day}")), List.of(), false);
        var policy = RulePolicy.of(List.of(new Rule("notes", 0, List.of(), what, DENY)), true, ScopeHierarchy.FLAT);

        assertThat(policy.decide(ada(), new Action.ReadResource("note://{day}", "note://{day}")))
                .isInstanceOf(Decision.Deny.class);
        assertThat(policy.decide(ada(), new Action.ReadResource("note://monday", "note://{day}")))
                .isInstanceOf(Decision.Deny.class);
        assertThat(policy.decide(ada(), new Action.ReadResource("note://monday")))
                .isEqualTo(Decision.ALLOW);
    }

    @Test
    void hierarchyWhenAScopeImpliesItselfThenIsRefused() {
        assertThatThrownBy(() -> new ScopeHierarchy(Map.of("a", Set.of("b"), "b", Set.of("c"), "c", Set.of("a"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("implies itself");
    }

    @Test
    void ruleWhenItWantsScopesForSigningInThenIsRefused() {
        assertThatThrownBy(() -> new Rule("x", 0, List.of(), What.EVERYTHING, needs("mcp")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "*, '', true",
        "*, anything/at all, true",
        "report-*, report-, true",
        "report-*, report-2025, true",
        "report-*, my-report-1, false",
        "*-report, my-report, true",
        "a*b*c, a-b-b-c, true",
        "a*b*c, a-c-b, false",
        "reports://*, reports://2025/june, true",
        "[ab].+, [ab].+, true",
        "[ab].+, a1, false",
        "a?, ab, false",
        "exact, exact, true",
        "exact, Exact, false"
    })
    void patternWhenMatchedThenOnlyTheStarIsSpecial(String pattern, String value, boolean matches) {
        assertThat(new TextPattern(pattern).matches(value)).isEqualTo(matches);
    }

    /** A pattern of stars does not make the server think for long (T-88's tricks, and plain mistakes). */
    @Test
    void patternWhenItHasManyStarsThenIsStillQuick() {
        var pattern = new TextPattern("*a".repeat(200) + "b");

        assertThat(pattern.matches("a".repeat(20_000))).isFalse();
    }

    @Test
    void coversWhenAnEarlierRuleLeavesNothingThenIsTrue() {
        var staff = new Condition.Domain(Set.of("example.com"));
        var ada = new Condition.Email(Set.of("ada@example.com"));

        assertThat(rule(List.of(), "*").covers(rule(List.of(ada), "report-*"))).isTrue();
        assertThat(rule(List.of(staff), "report-*").covers(rule(List.of(ada), "report-1")))
                .isTrue();
        assertThat(rule(List.of(staff), "report-*").covers(rule(List.of(ada), "*")))
                .isFalse();
        assertThat(rule(List.of(ada), "*").covers(rule(List.of(staff), "*"))).isFalse();
        assertThat(rule(List.of(staff, ada), "*").covers(rule(List.of(staff), "*")))
                .isFalse();
        assertThat(rule(List.of(), "*").covers(new Rule("all", 0, List.of(), What.EVERYTHING, DENY)))
                .isFalse();
    }

    @Test
    void explainWhenAskedThenNamesTheRuleAndWhyOthersDidNotDecide() {
        var interns = new Rule(
                "interns", 4, List.of(new Condition.Group(List.of(new TextPattern("interns")))), What.OPERATIONS, DENY);
        var policy = RulePolicy.of(
                List.of(tool("other", DENY, "u"), interns, tool("t for all", ALLOW, "t")), false, ScopeHierarchy.FLAT);

        var explanation = policy.explain(ada(), new Action.CallTool("t"));

        assertThat(explanation.decision()).isEqualTo(Decision.ALLOW);
        assertThat(explanation.decidedBy()).isNotNull().extracting(Rule::name).isEqualTo("t for all");
        assertThat(explanation.passed())
                .extracting(Explanation.Passed::why)
                .containsExactly("is about something else", "group is not interns, but engineering");
        assertThat(policy.explain(ada(), new Action.SignIn()).decidedBy()).isNull();
    }

    /** A scope is given with all that it implies: the rule about what is refused among these is the one that decides. */
    @Test
    void explainWhenAnImpliedScopeIsRefusedThenNamesTheRuleAboutThat() {
        var writers = new Rule("writers", 1, List.of(), scopes("files:write"), ALLOW);
        var noReaders = new Rule("no readers", 2, List.of(), scopes("files:read"), DENY);
        var policy = RulePolicy.of(List.of(writers, noReaders), true, FILES);

        var explanation = policy.explain(ada(), new Action.HoldScope("files:write"));

        assertThat(explanation.decision()).isEqualTo(new Decision.Deny("rule \"no readers\" (line 2)"));
        assertThat(explanation.decidedBy()).isEqualTo(noReaders);
        var allowed = RulePolicy.of(List.of(writers), false, ScopeHierarchy.FLAT);
        assertThat(allowed.explain(ada(), new Action.HoldScope("files:write")).decidedBy())
                .isEqualTo(writers);
    }

    private static What scopes(String scope) {
        return new What(List.of(), List.of(), List.of(), List.of(new TextPattern(scope)), false);
    }

    private static Rule rule(List<Condition> who, String tools) {
        return new Rule(
                "r", 0, who, new What(List.of(new TextPattern(tools)), List.of(), List.of(), List.of(), false), ALLOW);
    }

    private static Effect needs(String... scopes) {
        return new Effect.Needs(Scopes.of(scopes));
    }

    private static Rule tool(String name, Effect effect, String tool) {
        return new Rule(name, 0, List.of(), What.tool(tool), effect);
    }

    private static Decision call(Policy policy, Principal who, String tool) {
        return policy.decide(who, new Action.CallTool(tool));
    }

    private static Principal ada() {
        return person("ada@example.com", List.of("engineering"), Scopes.NONE);
    }

    private static Principal holding(String scopes) {
        return person("ada@example.com", List.of("engineering"), Scopes.parse(scopes));
    }

    private static Principal person(String email, List<String> groups, Scopes scopes) {
        return new Principal(new Identity("https://idp.example", "s", email, null, groups), "client", "grant", scopes);
    }
}
