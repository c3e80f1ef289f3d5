package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.RulePolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sections {@code rules} and {@code scopes}, and the settings of header mode (O-23, O-42, O-152, O-153, O-156). */
class PolicyConfigTest {
    private static final String COMPANY = """
            rules-default: deny
            scopes:
              mcp: Use the tools
              reports:write:
                words: Write reports
                implies: reports:read
              reports:read:
                words: See reports
                default: yes
            rules:
              - name: no interns at the printing press
                who:
                  group: interns
                what: {tools: generateImage}
                then: deny
              - name: reports want a scope
                who: {domain: Example.COM}
                what:
                  tools: [report-*, ledger]
                  resources: "reports://*"
                needs: [reports:read]
              - name: researchers
                who:
                  claim: {custom.dept: [research, "lab-*"]}
                  client: claude.ai
                what: {prompts: "*"}
                then: allow
              - name: staff
                who: {domain: example.com}
                then: allow
            """;

    @TempDir
    Path directory;

    private ConfigLoader.Loaded load(String yaml, String... settings) throws Exception {
        Files.writeString(directory.resolve("portcullis.yaml"), yaml);
        var environment = new HashMap<String, String>();
        for (int i = 0; i < settings.length; i += 2) {
            environment.put(settings[i], settings[i + 1]);
        }
        return ConfigLoader.load(environment, directory);
    }

    private String mistakes(String yaml, String... settings) {
        return catchThrowableOfType(ConfigException.class, () -> load(yaml, settings))
                .report();
    }

    private static Decision call(RulePolicy policy, Principal who, String tool) {
        return policy.decide(who, new Action.CallTool(tool));
    }

    private static Principal person(String email, List<String> groups, String client, String scopes) {
        var claims = Map.of("custom.dept", List.of("lab-7"));
        return new Principal(
                new Identity("https://idp.example", "s", email, null, groups, claims),
                client,
                "g",
                Scopes.parse(scopes));
    }

    @Test
    void loadWhenNothingIsWrittenThenAllIsAsItWasBefore() throws Exception {
        var loaded = load("", "ALLOWED_EMAILS", "Ada@Example.com");
        var policy = Product.policy(loaded.config());
        var ada = person("ada@example.com", List.of(), "c", "mcp");
        var bob = person("bob@example.com", List.of(), "c", "mcp");

        assertThat(loaded.config().defaultScopes()).isEqualTo(Scopes.of("mcp"));
        assertThat(call(policy, ada, "generateImage")).isEqualTo(Decision.ALLOW);
        assertThat(call(policy, bob, "generateImage")).isEqualTo(new Decision.Deny("rule \"ALLOWED_EMAILS\""));
        assertThat(call(policy, bob, "add")).isEqualTo(Decision.ALLOW);
        assertThat(policy.decide(bob, new Action.SignIn())).isEqualTo(Decision.ALLOW);
        assertThat(policy.decide(bob, new Action.HoldScope("mcp"))).isEqualTo(Decision.ALLOW);
        assertThat(loaded.warnings()).isEmpty();
        assertThat(Product.warnings(loaded.config())).isEmpty();
    }

    @Test
    void loadWhenRulesAreWrittenThenTheyDecideInOrder() throws Exception {
        var config = load(COMPANY).config();
        var policy = Product.policy(config);
        var intern = person("i@example.com", List.of("interns"), "c", "mcp");
        var staff = person("s@example.com", List.of("sales"), "c", "mcp");
        var guest = person("g@guest.example", List.of(), "c", "mcp");

        assertThat(call(policy, intern, "generateImage"))
                .isEqualTo(new Decision.Deny("rule \"no interns at the printing press\" (line 11)"));
        assertThat(call(policy, staff, "generateImage")).isEqualTo(Decision.ALLOW);
        assertThat(call(policy, staff, "report-7")).isEqualTo(new Decision.NeedScope(Scopes.of("reports:read")));
        assertThat(call(policy, person("s@example.com", List.of(), "c", "reports:write"), "ledger"))
                .isEqualTo(Decision.ALLOW); // O-23: implied
        assertThat(call(policy, guest, "add")).isInstanceOf(Decision.Deny.class);
        assertThat(policy.decide(guest, new Action.SignIn())).isInstanceOf(Decision.Deny.class);
        assertThat(policy.decide(staff, new Action.SignIn())).isEqualTo(Decision.ALLOW);
        assertThat(policy.decide(guest, new Action.HoldScope("mcp"))).isInstanceOf(Decision.Deny.class);
        var researcher = person("r@guest.example", List.of(), "https://claude.ai/client.json", "mcp");
        assertThat(policy.decide(researcher, new Action.GetPrompt("p"))).isEqualTo(Decision.ALLOW);
        assertThat(policy.decide(guest, new Action.GetPrompt("p"))).isInstanceOf(Decision.Deny.class);
    }

    @Test
    void loadWhenScopesAreWrittenThenTheyAreOfferedInTheirWordsAndClaimsOfRulesAreKept() throws Exception {
        var policy = load(COMPANY).config().authorization().policy();

        assertThat(policy.scopes().words())
                .containsExactly(
                        Map.entry("mcp", "Use the tools"),
                        Map.entry("reports:write", "Write reports"),
                        Map.entry("reports:read", "See reports"));
        assertThat(policy.scopes().defaults()).isEqualTo(Scopes.of("reports:read"));
        assertThat(policy.claims()).containsExactly("custom.dept");
    }

    /** What README.md shows is what works. */
    @Test
    void loadWhenWrittenAsInTheReadmeThenIsRight() throws Exception {
        var root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("ops/run"))) {
            root = root.getParent();
        }
        String readme = Files.readString(root.resolve("README.md"));
        int begin = readme.indexOf("```yaml\nrules-default") + "```yaml\n".length();

        var loaded = load(readme.substring(begin, readme.indexOf("```", begin)));

        var intern = person("alice@example.com", List.of("interns"), "c", "reports:read");
        assertThat(call(Product.policy(loaded.config()), intern, "generateImage"))
                .isEqualTo(new Decision.Deny("rule \"interns print nothing\" (line 12)"));
        assertThat(call(Product.policy(loaded.config()), intern, "ledger-2025"))
                .isEqualTo(new Decision.NeedScope(Scopes.of("reports:write")));
    }

    /** All at once, each with its line. */
    @Test
    void loadWhenMuchIsWrongThenSaysAllOfItWithLines() {
        String report = mistakes("""
                rules:
                  - name: a
                    whom: {group: x}
                    then: allow
                  - name: a
                    who: {email: "*@example.com", domain: "*.example.com", grupo: x}
                    what: {tool: add}
                    then: permit
                  - what: {tools: add}
                    then: deny
                    needs: mcp
                  - name: c
                    what: {sign-in: yes}
                    needs: nothing:here
                  - name: d
                    what: {tools: []}
                    then: allow
                  - just text
                """);

        assertThat(report)
                .contains("line 3: rule \"a\" has the unknown name whom")
                .contains("line 5: rule \"a\" has the name of the one in line 2")
                .contains("line 6: rule \"a\": who has the unknown name grupo")
                .contains("holds *@example.com, which is no e-mail address", "write domain: example.com")
                .contains("holds *.example.com, which is no domain")
                .contains("what has the unknown name tool")
                .contains("then is permit", "Write then: allow or then: deny")
                .contains("line 9: a rule has no name")
                .contains("says both then and needs")
                .contains("names nothing:here, which is no scope here")
                .contains("asks for scopes where there is no token yet")
                .contains("rule \"d\": tools is an empty list")
                .contains("a rule has no names with values");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rules: everything", "rules: {name: a, then: allow}"})
    void loadWhenRulesAreNoListThenSaysSo(String yaml) {
        assertThat(mistakes(yaml)).contains("rules is no list", "- name:");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "scopes: {a: {words: A}} | has no default",
                "scopes: {a: {words: A, default: perhaps}} | is neither yes nor no",
                "scopes: {a: {default: yes}} | has no words",
                "scopes: {a: {words: A, default: yes, implies: b}} | implies b, which is no scope here",
                "scopes: {a: {words: A, default: yes, implies: a}} | a implies itself",
                "scopes: {'a b': A} | is no name that a scope can have",
                "scopes: {offline_access: A} | is no name that a scope can have",
                "scopes: {a: {words: A, default: yes, more: 1}} | has the unknown name more",
                "scopes: [a] | has no names with values",
                "rules-default: maybe | is neither allow nor deny"
            })
    void loadWhenScopesAreWrongThenSaysWhat(String yaml, String what) {
        assertThat(mistakes(yaml)).contains(what);
    }

    @Test
    void loadWhenARuleCanNeverDecideThenWarns() throws Exception {
        var warnings = load("""
                rules:
                  - {name: first, who: {domain: example.com}, what: {tools: "report-*"}, then: allow}
                  - {name: second, who: {email: ada@example.com}, what: {tools: report-7}, then: deny}
                """).warnings();

        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("\"second\" (line 3) never decides", "\"first\" (line 2)");
    }

    /** O-152: whom the provider says nothing of is not denied by what it did not say. */
    @Test
    void loadWhenDenyingByGroupWhileTheDefaultAllowsThenWarns() throws Exception {
        String yaml = "rules: [{name: no interns, who: {group: interns}, then: deny}]\n";

        assertThat(load(yaml).warnings()).singleElement().asString().contains("RULES_DEFAULT=deny");
        assertThat(load(yaml, "RULES_DEFAULT", "deny").warnings()).isEmpty();
    }

    @Test
    void warningsWhenThereIsNoSuchToolOrScopeThenNameIt() throws Exception {
        var loaded = load("""
                rules:
                  - {name: typo, what: {tools: generateImages, scopes: "x:*"}, then: allow}
                  - {name: fine, what: {tools: "gen*", prompts: "*"}, then: allow}
                """);

        assertThat(loaded.warnings()).singleElement().asString().contains("scopes x:*", "no such thing");
        assertThat(Product.warnings(loaded.config()))
                .singleElement()
                .asString()
                .contains("\"typo\" (line 2) names tools generateImages", "add, generateImage");
    }

    @Test
    void warningsWhenARuleDecidesBeforeAllowedEmailsThenSaySo() throws Exception {
        String yaml = "rules: [{name: staff, who: {domain: example.com}, then: allow}]\n";

        assertThat(Product.warnings(
                        load(yaml, "ALLOWED_EMAILS", "a@example.com").config()))
                .singleElement()
                .asString()
                .contains("\"staff\"", "before ALLOWED_EMAILS");
        assertThat(Product.warnings(load(yaml).config())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "acme, https://acme.cloudflareaccess.com",
        "acme.cloudflareaccess.com, https://acme.cloudflareaccess.com",
        "https://ACME.cloudflareaccess.com/, https://acme.cloudflareaccess.com",
        "http://127.0.0.1:9, http://127.0.0.1:9"
    })
    void headerModeWhenBothAreSetThenIsOnAndWarnsOfOurOwnSignIn(String team, String origin) throws Exception {
        var loaded = load("", "ACCESS_TEAM_DOMAIN", team, "ACCESS_AUDIENCE", "tag-1, tag-2");
        var mode = loaded.config().authorization().policy().headerMode();

        assertThat(mode).isNotNull();
        assertThat(mode.team()).hasToString(origin);
        assertThat(mode.audiences()).containsExactlyInAnyOrder("tag-1", "tag-2");
        assertThat(mode.serviceTokens()).isFalse();
        assertThat(loaded.warnings()).singleElement().asString().contains("Managed OAuth"); // O-156
    }

    @Test
    void headerModeWhenNotSetThenIsOff() throws Exception {
        assertThat(load("").config().authorization().policy().headerMode()).isNull();
    }

    @Test
    void headerModeWhenHalfSetOrSenselessThenIsAMistake() {
        assertThat(mistakes("", "ACCESS_TEAM_DOMAIN", "acme")).contains("ACCESS_AUDIENCE is not set although");
        assertThat(mistakes("", "ACCESS_AUDIENCE", "tag")).contains("ACCESS_TEAM_DOMAIN is not set although");
        assertThat(mistakes("", "ACCESS_SERVICE_TOKENS", "on")).contains("has no effect without");
        assertThat(mistakes("", "ACCESS_TEAM_DOMAIN", "http://acme.example", "ACCESS_AUDIENCE", "t"))
                .contains("is no team domain");
        assertThat(mistakes("", "ACCESS_TEAM_DOMAIN", "https://a.example/path", "ACCESS_AUDIENCE", "t"))
                .contains("is no team domain");
        assertThat(mistakes("", "ACCESS_TEAM_DOMAIN", "acme", "ACCESS_AUDIENCE", "t", "AUTH", "off"))
                .contains("has no effect with AUTH=off");
    }
}
