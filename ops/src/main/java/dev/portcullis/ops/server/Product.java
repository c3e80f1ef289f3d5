package dev.portcullis.ops.server;

import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.image.ImageGenerator;
import dev.portcullis.image.LocalPreviewImages;
import dev.portcullis.image.WorkersAiImages;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.RegisteredTool;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.tool.AddTool;
import dev.portcullis.tool.ImageTool;
import java.util.ArrayList;
import java.util.List;

/** What {@code ops/run} serves: the tools that come with the server. A new one is one more line here. */
public final class Product {
    private Product() {}

    /**
     * Starts it; see {@link Wiring#start}.
     *
     * @param running takes all parts; whoever closes it drains the server
     * @return the settings with the ports that are really bound
     * @throws StartException something that the server needs is not to be had; {@code running} has been closed
     */
    public static ServerConfig start(ServerConfig config, Running running) throws StartException {
        var catalog = catalog(images(config, running));
        var policy = policy(config);
        var info = new ServerInfo("portcullis", "Portcullis", version(), null);
        return Wiring.start(config, new Served(info, catalog, policy), running);
    }

    private static Catalog catalog(ImageGenerator images) {
        return Catalog.of(new AddTool(), new ImageTool(images));
    }

    /** What the rules say, and where they say nothing about it, that images are for {@code ALLOWED_EMAILS}. */
    public static RulePolicy policy(ServerConfig config) {
        return config.authorization()
                .policy()
                .policy()
                .keepingTool(ImageTool.NAME, config.allowedEmails(), Setting.ALLOWED_EMAILS.name());
    }

    /** @return names of the tools, in order */
    public static List<String> toolNames() {
        return catalog(new LocalPreviewImages()).tools().all().stream()
                .map(RegisteredTool::key)
                .toList();
    }

    /** @return what in the rules cannot have been meant, seeing what is served: a sentence each */
    public static List<String> warnings(ServerConfig config) {
        var policy = config.authorization().policy();
        var warnings = new ArrayList<>(policy.warningsAbout(catalog(new LocalPreviewImages())));
        warnings.addAll(policy.warningsAboutKept(ImageTool.NAME, config.allowedEmails()));
        return warnings;
    }

    private static ImageGenerator images(ServerConfig config, Running running) {
        return switch (config.images()) {
            case ServerConfig.Images.LocalPreview _ -> new LocalPreviewImages();
            case ServerConfig.Images.WorkersAi(var api, var account, var token, var model) ->
                new WorkersAiImages(
                        Outgoing.fetcher(config, imageLimits(config), running),
                        api,
                        account,
                        token.reveal(),
                        model,
                        config.limits().provided().imageBytesMax());
        };
    }

    private static FetchLimits imageLimits(ServerConfig config) {
        return RoomLimits.of(config.limits()).images();
    }

    private static String version() {
        String version = Product.class.getPackage().getImplementationVersion();
        return version == null ? "0" : version;
    }
}
