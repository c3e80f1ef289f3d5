package dev.portcullis.mcp.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.mcp.dispatch.TestResource;
import dev.portcullis.policy.Action;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceRegistryTest {
    private static ResourceRegistry registry(ResourceDefinition... definitions) {
        return ResourceRegistry.of(List.of(definitions).stream()
                .map(definition -> new TestResource(definition, _ -> null))
                .toList());
    }

    private static ResourceDefinition resource(String uri) {
        return ResourceDefinition.of(uri, "name", "d", null);
    }

    private static ResourceDefinition template(String uri) {
        return ResourceDefinition.template(uri, "name", "d", null);
    }

    private static String matched(ResourceRegistry registry, String uri) {
        var match = registry.match(uri);
        return match == null ? "nothing" : match.resource().key();
    }

    // H-181
    @Test
    void matchWhenSeveralFitThenTheResourceElseTheFirstTemplate() {
        var registry = registry(
                template("test://a/{id}"), resource("test://a/1"), template("test://{+all}"), resource("urn:x:y"));

        assertThat(matched(registry, "test://a/1")).isEqualTo("test://a/1");
        assertThat(matched(registry, "test://a/2")).isEqualTo("test://a/{id}");
        assertThat(matched(registry, "test://a/2/3")).isEqualTo("test://{+all}");
        assertThat(matched(registry, "urn:x:y")).isEqualTo("urn:x:y");
        assertThat(matched(registry, "test://a/{id}")).isEqualTo("nothing");
        assertThat(matched(registry, "")).isEqualTo("nothing");
        assertThat(registry.resources()).hasSize(2);
        assertThat(registry.templates()).hasSize(2);
    }

    @Test
    void matchWhenByTemplateThenThePolicyIsAskedWithTheUriItself() {
        var match = registry(template("test://{id}")).match("test://7");

        assertThat(match).isNotNull();
        assertThat(match.action()).isEqualTo(new Action.ReadResource("test://7", "test://{id}"));
        assertThat(match.variables()).containsEntry("id", "7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a", "/a", "a b:c", "test://ä", "test://a b", "test://%", "test://%g0", "test://{id}", ":a"})
    void ofWhenUriIsNoneThenRefuses(String uri) {
        assertThatThrownBy(() -> registry(resource(uri))).hasMessageContaining("not a URI");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a:",
                "test://static-text",
                "urn:isbn:1",
                "file:///a/b%20c",
                "http://[::1]:80/?q=1#f",
                "x+y-z.1:a"
            })
    void ofWhenUriIsGoodThenTakesIt(String uri) {
        assertThat(registry(resource(uri)).resources()).hasSize(1);
    }

    @Test
    void ofWhenMuchIsWrongThenSaysAllOfIt() {
        var large = new ResourceDefinition(
                "test://size/{a}", true, "", null, null, null, 5L, List.of(), null, 3_600_001, 0);
        assertThatThrownBy(() -> registry(
                        resource("test://a"),
                        resource("test://a"),
                        template("test://{a}/x"),
                        template("test://{b}/x"),
                        template("test://{?q}"),
                        large))
                .hasMessageContaining("resource test://a: the URI is taken")
                .hasMessageContaining("resource test://{b}/x: fits the same URIs as test://{a}/x")
                .hasMessageContaining("resource test://{?q}: not a URI template: {?q} is not supported")
                .hasMessageContaining("resource test://size/{a}: a name is one line")
                .hasMessageContaining("resource test://size/{a}: a template has no size")
                .hasMessageContaining("resource test://size/{a}: ttlMillis is 0 to 3600000 (T-42)")
                .hasMessageContaining("resource test://size/{a}: timeoutMillis must be positive");
    }
}
