package dev.portcullis.ops.metrics;

import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.PromptRegistry.RegisteredPrompt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What can be called: the values of a label each.
 *
 * @param resources names, not URIs, of resources and templates; several may share one
 */
public record OfferedNames(Set<String> tools, Set<String> prompts, Set<String> resources) {
    public OfferedNames {
        tools = Set.copyOf(tools);
        prompts = Set.copyOf(prompts);
        resources = Set.copyOf(resources);
    }

    public static OfferedNames of(Catalog catalog) {
        return new OfferedNames(
                catalog.tools().names(),
                catalog.prompts().all().stream().map(RegisteredPrompt::key).collect(Collectors.toSet()),
                Stream.of(catalog.resources().resources(), catalog.resources().templates())
                        .flatMap(each -> each.stream())
                        .map(each -> each.definition().name())
                        .collect(Collectors.toSet()));
    }
}
