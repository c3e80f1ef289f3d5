package dev.portcullis.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.ops.server.ConfigLoader;
import dev.portcullis.ops.server.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code ops/run explain} says what the server would decide (O-23, O-42), and why. */
class ExplainTest {
    private static final String RULES = """
            scopes:
              mcp: {words: Use it, default: yes}
              art: Make images
            rules:
              - name: interns make nothing
                who: {group: interns}
                what: {tools: generateImage}
                then: deny
              - name: artists need a scope
                who: {claim: {dept: art}}
                what: {tools: generateImage}
                needs: art
              - name: strangers stay outside
                who: {domain: evil.example}
                then: deny
            clients:
              - {id: portal, redirect-uris: "https://portal.example.com/cb", scopes: mcp}
            """;

    @TempDir
    Path directory;

    private record Said(ExitCode code, String out, String err) {}

    private Said explain(String... arguments) throws Exception {
        Files.writeString(directory.resolve("portcullis.yaml"), RULES);
        var config = ConfigLoader.load(Map.of("ALLOWED_EMAILS", "alice@example.com"), directory)
                .config();
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var parsed = new CommandLine(new ExplainCommand().spec()).parseArgs(arguments);
        var code = Explain.run(parsed, config, print(out), print(err));
        return new Said(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream print(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    @Test
    void explainWhenAllowedThenNamesTheRuleAndWhyOthersDidNotDecide() throws Exception {
        var said = explain("--as", "Alice@example.com", "--tool", "generateImage");

        assertThat(said.code()).isEqualTo(ExitCode.OK);
        assertThat(said.out()).isEqualTo("""
                allowed, by rule "ALLOWED_EMAILS"
                  not by "interns make nothing" (line 5): group is not interns, but none
                  not by "artists need a scope" (line 9): claim dept is not art, but none
                  not by "strangers stay outside" (line 13): domain is not evil.example: the email is alice@example.com
                """);
    }

    @Test
    void explainWhenDeniedThenEndsWith77() throws Exception {
        var said = explain(
                "--as", "alice@example.com", "--group", "staff", "--group", "interns", "--tool", "generateImage");

        assertThat(said.code()).isEqualTo(ExitCode.DENIED);
        assertThat(said.code().number()).isEqualTo(77);
        assertThat(said.out()).startsWith("denied, by rule \"interns make nothing\" (line 5)");
    }

    @Test
    void explainWhenScopesAreMissingThenEndsWith76AndNotOnceTheyAreHeld() throws Exception {
        var missing = explain("--as", "b@example.com", "--claim", "dept=art", "--tool", "generateImage");
        var held = explain("--claim", "dept=art", "--scope", "mcp", "--scope", "art", "--tool", "generateImage");

        assertThat(missing.code()).isEqualTo(ExitCode.NEEDS_SCOPE);
        assertThat(missing.out()).startsWith("needs the scopes art, by rule \"artists need a scope\" (line 9)");
        assertThat(held.code()).isEqualTo(ExitCode.OK);
    }

    /** O-42: to this client the tool is not there, since it may never have the scope. */
    @Test
    void explainWhenTheClientMayNotHaveTheScopeThenEndsWith77() throws Exception {
        var bound = explain("--client", "portal", "--claim", "dept=art", "--tool", "generateImage");

        assertThat(bound.code()).isEqualTo(ExitCode.DENIED);
        assertThat(explain("--client", "other", "--claim", "dept=art", "--tool", "generateImage")
                        .code())
                .isEqualTo(ExitCode.NEEDS_SCOPE);
    }

    @Test
    void explainWhenNoRuleMatchesThenTheDefaultIsNamed() throws Exception {
        assertThat(explain("--sign-in").out()).startsWith("allowed, by default, since no rule matches");
        assertThat(explain("--scope-wanted", "art").code()).isEqualTo(ExitCode.OK);
        assertThat(explain("--as", "m@evil.example", "--scope-wanted", "art").code())
                .isEqualTo(ExitCode.DENIED);
        assertThat(explain("--as", "m@evil.example", "--sign-in").code()).isEqualTo(ExitCode.DENIED);
        assertThat(explain("--as", "m@evil.example", "--prompt", "p").code()).isEqualTo(ExitCode.DENIED);
        assertThat(explain("--as", "m@evil.example", "--resource", "r://1").code())
                .isEqualTo(ExitCode.DENIED);
    }

    @Test
    void explainWhenDeniedThenSaysEachThingOnce() throws Exception {
        assertThat(explain("--group", "interns", "--tool", "generateImage").out())
                .isEqualTo("denied, by rule \"interns make nothing\" (line 5)\n");
        assertThat(explain("--as", "bob@example.com", "--tool", "add").out())
                .containsOnlyOnce("not by \"ALLOWED_EMAILS\"");
    }

    @Test
    void explainWhenThereIsNoSuchThingThenWarnsOfIt() throws Exception {
        assertThat(explain("--tool", "frob").err())
                .isEqualToIgnoringNewLines("warning: there is no tool frob; there are add, generateImage");
        assertThat(explain("--scope-wanted", "frob").err()).contains("there is no scope frob; there are ");
        assertThat(explain("--tool", "add").err()).isEmpty();
    }

    @Test
    void explainWhenNothingIsNamedThenListsAllTools() throws Exception {
        var said = explain("--as", "bob@example.com");

        assertThat(said.code()).isEqualTo(ExitCode.OK);
        assertThat(said.out().lines())
                .hasSize(2)
                .anyMatch(line -> line.matches("add +allowed, by default.*"))
                .anyMatch(line -> line.matches("generateImage +denied, by rule \"ALLOWED_EMAILS\""));
    }

    @Test
    void explainWhenTheCommandLineIsWrongThenEndsWith64() throws Exception {
        assertThat(explain("--tool", "a", "--prompt", "b").code()).isEqualTo(ExitCode.USAGE);
        assertThat(explain("--claim", "dept").code()).isEqualTo(ExitCode.USAGE);
        assertThat(explain("--scope", "\"").code()).isEqualTo(ExitCode.USAGE);
    }
}
