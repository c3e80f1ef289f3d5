package dev.portcullis.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Claims that rules name (O-152). */
class CustomClaimsTest {
    @Test
    void readWhenNothingIsWantedThenNothingIsKept() {
        assertThat(read("{'email':'a@example.com','department':'sales'}")).isEmpty();
    }

    @Test
    void readWhenWantedThenOnlyThoseAreKeptAsTexts() {
        assertThat(read("{'department':'sales','level':3,'staff':true,'secret':'s'}", "department", "level", "staff"))
                .isEqualTo(Map.of("department", List.of("sales"), "level", List.of("3"), "staff", List.of("true")));
    }

    @Test
    void readWhenAListThenAllItsTextsAreKept() {
        assertThat(read("{'roles':['a',['b'],{'c':1},'d']}", "roles")).isEqualTo(Map.of("roles", List.of("a", "d")));
    }

    @Test
    void readWhenNamedWithDotsThenIsFoundWithinObjects() {
        assertThat(read("{'custom':{'org':{'unit':'x'},'site':'y'}}", "custom.org.unit", "custom.site", "custom.org"))
                .isEqualTo(Map.of("custom.org.unit", List.of("x"), "custom.site", List.of("y")));
    }

    @Test
    void readWhenTheWholeNameHasDotsThenThatClaimIsMeant() {
        assertThat(read(
                        "{'https://example.com/role':'r','a.b':'whole','a':{'b':'inner'}}",
                        "https://example.com/role",
                        "a.b"))
                .isEqualTo(Map.of("https://example.com/role", List.of("r"), "a.b", List.of("whole")));
    }

    @Test
    void readWhenAbsentOrTooLongThenIsAbsent() {
        assertThat(read("{'a':null,'b':'" + "x".repeat(257) + "','c':{}}", "a", "b", "c", "d"))
                .isEmpty();
    }

    @Test
    void readWhenThereAreVeryManyValuesThenAHundredAreKept() {
        String many = IntStream.range(0, 500).mapToObj(i -> "'g" + i + "'").collect(Collectors.joining(","));
        assertThat(read("{'a':[" + many + "]}", "a").get("a")).hasSize(100);
    }

    private static Map<String, List<String>> read(String json, String... wanted) {
        var claims = JsonObject.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        return IdentityClaims.read("https://idp.example", "sub", Objects.requireNonNull(claims), Set.of(wanted))
                .claims();
    }
}
