package dev.portcullis.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.mcp.registry.ToolResult;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddToolTest {
    private final AddTool add = new AddTool();

    @ParameterizedTest
    @CsvSource({
        "2, 3, 5",
        "-2, 2, 0",
        "-0.0, -0.0, 0",
        "0.1, 0.2, 0.30000000000000004",
        "1.5, 1.25, 2.75",
        "1e15, 1, 1000000000000001",
        "1e20, 0, 100000000000000000000",
        "0.000001, 0, 0.000001",
        "1e-7, 0, 1.0E-7",
        "1e300, 1, 1.0E300"
    })
    void callWhenNumbersAreGivenThenAnswersTheirSumAsPeopleWriteIt(double a, double b, String sum) {
        assertThat(add.call(new FixedCall(Map.of("a", a, "b", b)))).isEqualTo(ToolResult.text(sum));
    }

    @Test
    void callWhenSumIsTooLargeThenSaysSoToTheModel() {
        assertThat(add.call(new FixedCall(Map.of("a", Double.MAX_VALUE, "b", Double.MAX_VALUE)))
                        .isError())
                .isTrue();
    }
}
