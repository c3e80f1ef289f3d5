package dev.portcullis.ops.server;

import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.image.ImageGenerator;
import dev.portcullis.image.LocalPreviewImages;
import dev.portcullis.image.WorkersAiImages;
import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.tool.AddTool;
import dev.portcullis.tool.ImageTool;

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
        var catalog = Catalog.of(new AddTool(), new ImageTool(images(config, running)));
        var policy = RulePolicy.openToAll().keepingTool(ImageTool.NAME, config.allowedEmails());
        var info = new ServerInfo("portcullis", "Portcullis", version(), null);
        return Wiring.start(config, new Served(info, catalog, policy), running);
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
