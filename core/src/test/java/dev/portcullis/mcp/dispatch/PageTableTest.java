package dev.portcullis.mcp.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Identity;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import dev.portcullis.mcp.ProtocolVersion;
import dev.portcullis.mcp.registry.RegisteredTool;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.mcp.registry.ToolResult;
import dev.portcullis.policy.Action;
import dev.portcullis.policy.Decision;
import dev.portcullis.policy.Policy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is kept of lists, and for whom (H-184). */
class PageTableTest {
    private static final ProtocolVersion VERSION = ProtocolVersion.V2026_07_28;

    private final AtomicInteger asked = new AtomicInteger();

    /** Lists {@code secret} to Ann alone. */
    private final Policy policy = (principal, action) -> {
        asked.incrementAndGet();
        boolean hidden = action.equals(new Action.CallTool("secret"))
                && !principal.identity().subject().equals("ann");
        return hidden ? new Decision.Deny("test") : Decision.ALLOW;
    };

    private static Principal principal(String subject) {
        return new Principal(
                new Identity("https://idp.example", subject, null, null, List.of()), "c", "g", Scopes.of("mcp"));
    }

    private PageTable<RegisteredTool> table(int pageSize) {
        var roster = ToolRegistry.of(
                        TestTool.of("a", _ -> ToolResult.text("a")),
                        TestTool.of("secret", _ -> ToolResult.text("s")),
                        TestTool.of("b", _ -> ToolResult.text("b")))
                .roster();
        var forms = List.of(bytes("\"a\""), bytes("\"secret\""), bytes("\"b\""));
        return new PageTable<>(roster, Map.of(VERSION, forms), policy, pageSize);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(PageTable.Page page) {
        return StandardCharsets.UTF_8.decode(page.elements().bytes()).toString();
    }

    @Test
    void pageWhenAskedAgainThenPolicyIsNot() {
        var table = table(10);
        var ann = principal("ann");

        var first = table.page(ann, VERSION, 0);
        var second = table.page(ann, VERSION, 0);

        assertThat(text(first)).isEqualTo("\"a\",\"secret\",\"b\"");
        assertThat(second).isSameAs(first);
        assertThat(asked).hasValue(3);
    }

    @Test
    void pageWhenTwoMaySeeTheSameThenIsWrittenOnce() {
        var table = table(10);

        assertThat(table.page(principal("bob"), VERSION, 0)).isSameAs(table.page(principal("eve"), VERSION, 0));
    }

    /** Whoever is asked for first, nobody sees what is another's; equal grants of different tokens are decided for each. */
    @Test
    void pageWhenAnotherMaySeeMoreThenEachSeesTheirOwn() {
        var table = table(10);
        for (int i = 0; i < 2; i++) {
            assertThat(text(table.page(principal("bob"), VERSION, 0))).isEqualTo("\"a\",\"b\"");
            assertThat(text(table.page(principal("ann"), VERSION, 0))).contains("secret");
        }
        assertThat(asked).hasValue(4 * 3);
    }

    @Test
    void pageWhenThereAreMoreThenSaysWhichWasTheLast() {
        var table = table(1);
        var bob = principal("bob");

        var first = table.page(bob, VERSION, 0);
        var last = table.page(bob, VERSION, first.lastIfMore() + 1);

        assertThat(text(first)).isEqualTo("\"a\"");
        assertThat(first.lastIfMore()).isZero();
        assertThat(text(last)).isEqualTo("\"b\"");
        assertThat(last.lastIfMore()).isEqualTo(-1);
    }
}
