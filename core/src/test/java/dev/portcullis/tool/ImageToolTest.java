package dev.portcullis.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.image.ImageException;
import dev.portcullis.image.ImageGenerator;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.registry.ToolResult;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageToolTest {
    /** Answers with what it was asked. */
    private static final class EchoImages implements ImageGenerator {
        @Override
        public byte[] generate(String prompt, int steps) throws ImageException {
            if (prompt.isEmpty()) {
                throw new ImageException("an empty prompt");
            }
            return (prompt + steps).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }

        @Override
        public String describe() {
            return "echo";
        }
    }

    private final ImageTool tool = new ImageTool(new EchoImages());

    @Test
    void callWhenStepsAreAbsentThenFour() throws Exception {
        assertThat(imageOf(tool.call(new FixedCall(Map.of("prompt", "fox"))))).isEqualTo("fox4");
    }

    @Test
    void callWhenStepsAreGivenThenThose() throws Exception {
        assertThat(imageOf(tool.call(new FixedCall(Map.of("prompt", "fox", "steps", 8)))))
                .isEqualTo("fox8");
    }

    @Test
    void callWhenThereIsNoImageThenTheModelReadsWhy() throws Exception {
        assertThat(tool.call(new FixedCall(Map.of("prompt", "")))).isEqualTo(ToolResult.error("an empty prompt"));
    }

    private static String imageOf(ToolResult result) {
        assertThat(result.isError()).isFalse();
        assertThat(result.content()).singleElement().isInstanceOf(Content.Image.class);
        var image = (Content.Image) result.content().getFirst();
        assertThat(image.mimeType()).isEqualTo("image/jpeg");
        return new String(image.data(), java.nio.charset.StandardCharsets.UTF_8);
    }
}
