package dev.portcullis.mcp.dispatch;

import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.PromptRegistry;
import dev.portcullis.mcp.registry.ResourceRegistry;
import dev.portcullis.mcp.registry.ToolDefinition.TaskSupport;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.mcp.revision.Offer;

/** What the catalog offers at this moment; worked out anew when it has changed. Any thread. */
final class Offers {
    private final Catalog catalog;
    private volatile Known known;

    private record Known(ToolRegistry tools, PromptRegistry prompts, ResourceRegistry resources, Offer offer) {
        boolean isOf(Catalog catalog) {
            return tools == catalog.tools() && prompts == catalog.prompts() && resources == catalog.resources();
        }
    }

    Offers(Catalog catalog) {
        this.catalog = catalog;
        this.known = read();
    }

    Offer now() {
        var current = known;
        if (!current.isOf(catalog)) {
            current = read();
            known = current;
        }
        return current.offer();
    }

    private Known read() {
        var tools = catalog.tools();
        var prompts = catalog.prompts();
        var resources = catalog.resources();
        boolean templates = !resources.templates().isEmpty();
        boolean arguments = prompts.all().stream()
                .anyMatch(prompt -> !prompt.definition().arguments().isEmpty());
        boolean tasks = tools.all().stream().anyMatch(tool -> tool.definition().tasks() != TaskSupport.FORBIDDEN);
        var offer = new Offer(
                !tools.all().isEmpty(),
                !prompts.all().isEmpty(),
                templates || !resources.resources().isEmpty(),
                templates || arguments,
                tasks);
        return new Known(tools, prompts, resources, offer);
    }
}
