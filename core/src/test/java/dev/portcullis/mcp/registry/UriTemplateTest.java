package dev.portcullis.mcp.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UriTemplateTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "test://template/{id}/data | test://template/123/data | {id=123}",
                "test://{a} | test://x | {a=x}",
                "test://{a}/{b} | test://x/y | {a=x,b=y}",
                "test://{a}.{b} | test://x.tar.gz | {a=x,b=tar.gz}",
                "test://{a}-{b}-{c} | test://1-2-3-4 | {a=1,b=2,c=3-4}",
                "test://{+path} | test://a/b/c | {path=a/b/c}",
                "test://{+path} | test:///etc/hosts | {path=/etc/hosts}",
                "test://{+path}/raw | test://a/raw/raw | {path=a/raw}",
                "test://{+path}/{file} | test://a/b/c | {path=a/b,file=c}",
                "test://{repo}/{+path}.{ext} | test://r/a.b/c.d.e | {repo=r,path=a.b/c.d,ext=e}",
                "test://{repo}/{+path}?ref={ref} | test://r/p/q?ref=main | {repo=r,path=p/q,ref=main}",
                "test://{a.b_c1} | test://x | {a.b_c1=x}",
                "test://{id} | test://gr%C3%BC%C3%9fe | {id=grüße}",
                "test://{id} | test://a%20b%2Bc+d | {id=a b+c+d}",
                "test://{id} | test://a:b@c,d | {id=a:b@c,d}",
                "x:{a}2{b} | x:%212c | {a=!,b=c}",
                "x:{a}%2F{b} | x:1%2F2 | {a=1,b=2}",
            })
    void matchWhenUriFitsThenFindsTheVariables(String template, String uri, String expected) {
        var variables = UriTemplate.parse(template).match(uri);

        assertThat(variables).isNotNull();
        assertThat(variables.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(",", "{", "}")))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "test://template/{id}/data test://template//data",
                "test://template/{id}/data test://template/1/2/data",
                "test://template/{id}/data test://template/1/data/",
                "test://template/{id}/data test://template/1/Data",
                "test://template/{id}/data test://template/data",
                "test://{id} test://a?b",
                "test://{id} test://a#b",
                "test://{a}/{b} test://x/",
                "test://{a}/{b} test:///x",
                "test://{+p}/{b} test://x",
                "test://{id}x{b} test://xx",
                "test://{+p} test://",
                "x:{a}20 x:b%20",
                "x:{+a}0 x:b%20",
                "x:{a}0{b} x:%20",
            })
    void matchWhenUriDoesNotFitThenNull(String template, String uri) {
        assertThat(UriTemplate.parse(template).match(uri)).isNull();
    }

    // T-103
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a%2Fb", "a%2fb", "%2e%2e%2fetc", "..", "%2e%2e", ".", "%2E", "a%5Cb", "a%00", "%00", "a%0Ab", "a%7F",
                "a%C2%85b", "a b", "a\tb", "ü", "%", "%2", "%zz", "%C3", "%C0%AF", "%ED%A0%80", "%F5%80%80%80", "a\"b",
                "<a>", "a\\b", "{id}", "a^b", "a|b", "a`b",
            })
    void matchWhenVariableIsUnsafeOrNoUriTextThenNull(String text) {
        assertThat(UriTemplate.parse("test://{id}").match("test://" + text)).isNull();
        assertThat(UriTemplate.parse("test://x/{id}/y").match("test://x/" + text + "/y"))
                .isNull();
    }

    // T-103
    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x",
                "a/../b",
                "a/..",
                "./a",
                "a/.",
                "..",
                "%2e%2e%2fetc%2fpasswd",
                "a%2f..%2f..%2fb",
                "..%5Cwindows",
                "a%5c..%5cb",
                "a/%00",
                "a%00.txt",
                "%2e./a",
                "/../a",
            })
    void matchWhenPathClimbsThenNull(String path) {
        assertThat(UriTemplate.parse("file:///srv/{+path}").match("file:///srv/" + path))
                .isNull();
    }

    @Test
    void matchWhenDotsAreNotSegmentsThenFits() {
        assertThat(UriTemplate.parse("test://{id}").match("test://...")).containsEntry("id", "...");
        assertThat(UriTemplate.parse("test://{+p}").match("test://.git/a..b/.x."))
                .containsEntry("p", ".git/a..b/.x.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "test://a",
                "{id}",
                "{+uri}",
                "no-scheme/{id}",
                "1x:{id}",
                "test://{id",
                "test://id}",
                "test://{}",
                "test://{+}",
                "test://{a}{b}",
                "test://{a}{+b}",
                "test://{a}/{a}",
                "test://{+a}/{+b}",
                "test://{#a}",
                "test://{.a}",
                "test://{/a}",
                "test://{;a}",
                "test://x{?a}",
                "test://x{?a,b}",
                "test://{&a}",
                "test://{=a}",
                "test://{a,b}",
                "test://{a:3}",
                "test://{a*}",
                "test://{a b}",
                "test://{a-b}",
                "test://{.}",
                "test://ü/{a}",
                "test://a b/{a}",
                "test://%2/{a}",
            })
    void parseWhenTemplateIsNotSupportedThenSaysSo(String template) {
        assertThatThrownBy(() -> UriTemplate.parse(template))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isNotBlank();
    }

    @Test
    void parseWhenOperatorIsUnknownThenNamesWhatIsKnown() {
        assertThatThrownBy(() -> UriTemplate.parse("test://x{?q}"))
                .hasMessageContaining("{?q}")
                .hasMessageContaining("{name} and {+name}");
    }

    /** The pass without going back finds the same as one that goes back, wherever there is anything to find. */
    @Test
    void matchWhenComparedWithBacktrackingThenFindsTheSame() {
        var random = new Random(6570);
        int matches = 0;
        for (int round = 0; round < 30_000; round++) {
            String template = template(random);
            String uri = "x:" + word(random, "ab/", random.nextInt(9));
            var expected = Pattern.compile(regex(template)).matcher(uri);
            var found = UriTemplate.parse(template).match(uri);
            assertThat(found != null).as("%s of %s", template, uri).isEqualTo(expected.matches());
            if (found != null) {
                var values = new ArrayList<String>();
                for (int i = 1; i <= expected.groupCount(); i++) {
                    values.add(expected.group(i));
                }
                if (!template.contains("+")) { // else another of the possible readings may come first
                    assertThat(found.values()).as("%s of %s", template, uri).containsExactlyElementsOf(values);
                }
                matches++;
            }
        }
        assertThat(matches).isGreaterThan(1_000);
    }

    private static String template(Random random) {
        var text = new StringBuilder("x:");
        int variables = 1 + random.nextInt(3);
        int wide = random.nextInt(2 * variables);
        text.append(word(random, "ab/", random.nextInt(3)));
        for (int i = 0; i < variables; i++) {
            text.append(i == wide ? "{+v" : "{v").append(i).append('}');
            text.append(word(random, "ab/", i == variables - 1 ? random.nextInt(3) : 1 + random.nextInt(2)));
        }
        return text.toString();
    }

    private static String word(Random random, String letters, int length) {
        return random.ints(length, 0, letters.length())
                .mapToObj(i -> letters.substring(i, i + 1))
                .collect(Collectors.joining());
    }

    private static String regex(String template) {
        return template.replaceAll("\\{\\+v\\d}", "(.+?)").replaceAll("\\{v\\d}", "([^/]+?)");
    }

    /** No text makes it go back: twice as long takes twice as long, so a long one is over at once. */
    @Test
    void matchWhenUriIsLongAndAlmostFitsThenEndsSoon() {
        var template = UriTemplate.parse("x:{a}aab{b}aab{c}aab{d}aab{+e}baa{f}baa{g}!");
        String uri = "x:" + "a".repeat(2_000) + "!";
        var seen = new HashSet<Map<String, String>>();
        for (int i = 0; i < 2_000; i++) {
            seen.add(template.match(uri));
        }
        assertThat(seen).containsExactly((Map<String, String>) null);
        assertThat(UriTemplate.parse("x:{+a}").match("x:" + "a".repeat(3_000))).isNull(); // past the limit
    }

    @Test
    void shapeWhenOnlyNamesDifferThenIsTheSame() {
        List<String> shapes = Stream.of("x:{a}/{+b}", "x:{c}/{+d}", "x:{+a}/{b}", "x:{a}/{b}")
                .map(text -> UriTemplate.parse(text).shape())
                .toList();
        assertThat(shapes.get(0)).isEqualTo(shapes.get(1));
        assertThat(new HashSet<>(shapes)).hasSize(3);
    }
}
