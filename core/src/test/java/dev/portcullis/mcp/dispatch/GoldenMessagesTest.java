package dev.portcullis.mcp.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.ProtocolVersion;
import java.util.TreeMap;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What we send, byte by byte, in every revision (H §8.1, §8.2, H-210). When it is meant to change: {@code mvn -pl core -am test -Dtest=GoldenMessagesTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.rewrite=true}, and look at what version control says has changed.
 */
class GoldenMessagesTest {
    private static final String SERVER = "server";

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void messagesWhenSentThenAreTheGoldenOnes(ProtocolVersion version) throws Exception {
        var sent = new TreeMap<String, String>();
        GoldenServer.messages(version).forEach((name, message) -> {
            assertThat(Golden.compact(Golden.laidOut(message))).isEqualTo(message); // no white space on the wire
            sent.put(name, Golden.laidOut(message));
        });
        if (Boolean.getBoolean("golden.rewrite")) {
            Golden.rewrite(version, SERVER, sent);
        }
        var golden = Golden.read(version, SERVER);
        assertThat(sent.keySet()).isEqualTo(golden.keySet());
        var softly = new SoftAssertions();
        sent.forEach((name, message) ->
                softly.assertThat(message).as(version.text() + " " + name).isEqualTo(golden.get(name)));
        softly.assertAll();
    }

    @Test
    void laidOutWhenStringsHoldBracketsThenLeavesThemAlone() {
        String json = "{\"a\":[],\"b\":{},\"c\":[1,{\"d\":\"{[,:]} \\\"\"}]}";

        assertThat(Golden.laidOut(json)).contains("\"d\": \"{[,:]} \\\"\"").contains("\"a\": [],\n");
        assertThat(Golden.compact(Golden.laidOut(json))).isEqualTo(json);
    }
}
