package dev.portcullis.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RulePolicyTest {
    private final RulePolicy policy = RulePolicy.openToAll().keepingTool("generateImage", Set.of("Alice@Example.com"));

    @Test
    void decideWhenToolHasNoRuleThenEverybodyMay() {
        assertThat(decide(null, "add")).isEqualTo(Decision.ALLOW);
        assertThat(decide("bob@example.com", "add")).isEqualTo(Decision.ALLOW);
    }

    @Test
    void decideWhenToolIsKeptThenOnlyThoseNamedMayWhateverTheLetterCaseOfTheSetting() {
        assertThat(decide("alice@example.com", "generateImage")).isEqualTo(Decision.ALLOW);
        assertThat(decide("bob@example.com", "generateImage")).isInstanceOf(Decision.Deny.class);
        assertThat(decide("alice@example.com.evil.example", "generateImage")).isInstanceOf(Decision.Deny.class);
    }

    @Test
    void decideWhenProviderGaveNoVerifiedEmailThenKeptToolIsDenied() {
        assertThat(decide(null, "generateImage")).isInstanceOf(Decision.Deny.class);
    }

    @Test
    void decideWhenKeptForNobodyThenEverybodyIsDenied() {
        var closed = RulePolicy.openToAll().keepingTool("generateImage", Set.of());
        assertThat(closed.decide(person("alice@example.com"), new Action.CallTool("generateImage")))
                .isInstanceOf(Decision.Deny.class);
    }

    @Test
    void decideWhenToolNameDiffersInCaseThenItIsAnotherTool() {
        assertThat(decide("bob@example.com", "GENERATEIMAGE")).isEqualTo(Decision.ALLOW);
    }

    private Decision decide(String email, String tool) {
        return policy.decide(person(email), new Action.CallTool(tool));
    }

    private static Principal person(String email) {
        return new Principal(
                new Identity("https://idp.example", "s-1", email, null, List.of()),
                "client",
                "grant",
                Scopes.of("mcp"));
    }
}
