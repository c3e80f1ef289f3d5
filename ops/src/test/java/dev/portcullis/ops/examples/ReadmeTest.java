package dev.portcullis.ops.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** README.md shows what is compiled and run here, word for word. */
class ReadmeTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Path HERE = Path.of("src/test/java/dev/portcullis/ops/examples");
    private static final Pattern EXAMPLE = Pattern.compile("```java\\n((?:.*\\n)*?)```\\n");
    private static final Pattern TYPE = Pattern.compile("(?m)^(?:public )?final class (\\w+)(?s:.*)\\z");

    @Test
    void readmeWhenItShowsCodeThenThatIsCompiledAndAllExamplesAreShown() throws IOException {
        Map<String, String> shown = new HashMap<>();
        var blocks = EXAMPLE.matcher(Files.readString(README));
        while (blocks.find()) {
            var type = TYPE.matcher(blocks.group(1));
            assertThat(type.find()).as(blocks.group(1)).isTrue();
            shown.put(type.group(1), type.group());
        }

        assertThat(shown).isEqualTo(examples());
    }

    private static Map<String, String> examples() throws IOException {
        Map<String, String> examples = new HashMap<>();
        try (var files = Files.list(HERE)) {
            for (Path file : files.toList()) {
                var type = TYPE.matcher(Files.readString(file));
                if (type.find() && !type.group(1).equals(WireClient.class.getSimpleName())) {
                    examples.put(type.group(1), type.group());
                }
            }
        }
        return examples;
    }
}
