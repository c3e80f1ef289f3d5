package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.ops.server.DotEnvFile.Line;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DotEnvFileTest {
    static List<Arguments> values() {
        return List.of(
                Arguments.of("A=b", "b"),
                Arguments.of("A=", ""),
                Arguments.of("  A  =  b c  ", "b c"),
                Arguments.of("export A=b", "b"),
                Arguments.of("A: b", "b"),
                Arguments.of("A=b # comment", "b"),
                Arguments.of("A=# comment", ""),
                Arguments.of("A='b # c'", "b # c"),
                Arguments.of("A=\"b#c\" # comment", "b#c"),
                Arguments.of("A=`b \"c\" 'd'`", "b \"c\" 'd'"),
                Arguments.of("A=\"b\\nc\"", "b\nc"),
                Arguments.of("A='b\\nc'", "b\\nc"),
                Arguments.of("A=b\\nc", "b\\nc"),
                Arguments.of("A=\"b\nc\"", "b\nc"),
                Arguments.of("A='it\\'s'", "it\\'s"),
                Arguments.of("A=b=c==", "b=c=="),
                Arguments.of("A=it's", "it's"),
                Arguments.of("\uFEFFA=b", "b"),
                Arguments.of("A=b\r\n", "b"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void parseWhenOneAssignmentThenHasItsValue(String text, String value) {
        assertThat(DotEnvFile.parse(text)).containsExactly(new Line.Assignment(1, "A", value));
    }

    @Test
    void parseWhenSeveralLinesThenNumbersThem() {
        assertThat(DotEnvFile.parse("# first\n\nA=1\nB='2\n\n3'\n  # middle\nC=4"))
                .containsExactly(
                        new Line.Assignment(3, "A", "1"),
                        new Line.Assignment(4, "B", "2\n\n3"),
                        new Line.Assignment(8, "C", "4"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"hunter2", "=hunter2", "A='hunter2", "A='hunter2' x", "A=hunter2#x", "export A", "A B=hunter2"})
    void parseWhenALineIsNoAssignmentThenSaysSoWithoutItsText(String line) {
        assertThat(DotEnvFile.parse(line)).singleElement().satisfies(wrong -> {
            assertThat(wrong).isInstanceOf(Line.Wrong.class);
            assertThat(wrong.toString()).doesNotContain("hunter2");
        });
    }

    @Test
    void parseWhenAQuoteIsNeverClosedThenTheLinesBehindAreStillRead() {
        assertThat(DotEnvFile.parse("A='1\nB=2"))
                .containsExactly(
                        new Line.Wrong(1, "has an opening quote without a closing one"),
                        new Line.Assignment(2, "B", "2"));
    }
}
