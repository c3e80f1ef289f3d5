package dev.portcullis.ops.server;

import dev.portcullis.ops.server.ServerConfig.Images;
import dev.portcullis.ops.server.ServerConfig.SignInBy;
import dev.portcullis.ops.server.ServerConfig.StoreLocation;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.List;

/** What the operator reads once the server is up: where things are, and what should not stay as it is. */
public final class Banner {
    private static final String BOLD = "\u001B[1m";
    private static final String YELLOW = "\u001B[33m";
    private static final String PLAIN = "\u001B[0m";

    private final PrintStream out;
    private final boolean isColoured;

    /** @param isColoured whether terminal escapes may be used (not with {@code NO_COLOR}, nor into a file) */
    public Banner(PrintStream out, boolean isColoured) {
        this.out = out;
        this.isColoured = isColoured;
    }

    /**
     * Prints it.
     *
     * @param people with whom one can sign in at the local stand-in, without further ado
     * @param warnings a sentence each
     */
    public void print(ServerConfig config, List<String> people, List<String> warnings) {
        out.println(marked(BOLD, "Portcullis is up."));
        line("MCP clients", marked(BOLD, config.mcpUrl().toString()));
        line("sign-in", signIn(config));
        if (config.isAuthOn() && config.signInBy() instanceof SignInBy.LocalStandIn) {
            line(
                    "",
                    "as "
                            + (people.isEmpty()
                                    ? "anybody you type"
                                    : String.join(", ", people) + ", or anybody you type"));
        }
        line("images", images(config.images()));
        line("store", store(config.store()));
        line("metrics", url(config.management(), "/metrics"));
        line("health", url(config.management(), "/health/ready"));
        for (String warning : warnings) {
            out.println(marked(YELLOW, "  warning: ") + warning);
        }
        out.println("Stop with Ctrl-C.");
        out.flush();
    }

    private void line(String name, String value) {
        out.printf("  %-12s %s%n", name, value);
    }

    private String marked(String escape, String text) {
        return isColoured ? escape + text + PLAIN : text;
    }

    private static String signIn(ServerConfig config) {
        if (!config.isAuthOn()) {
            return "none (AUTH=off)";
        }
        return switch (config.signInBy()) {
            case SignInBy.Access access ->
                access.issuer() + " (callback URL to allow there: " + config.callbackUrl() + ")";
            case SignInBy.LocalStandIn(int port) ->
                "local stand-in for Access, since no ACCESS_CLIENT_ID is set: http://localhost:" + port;
        };
    }

    private static String images(Images images) {
        return switch (images) {
            case Images.WorkersAi workersAi -> "Workers AI, " + workersAi.model();
            case Images.LocalPreview() ->
                "local previews (set CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN for real ones)";
        };
    }

    private static String store(StoreLocation store) {
        return switch (store) {
            case StoreLocation.InFile(var file) -> file.toString();
            case StoreLocation.InMemory() -> "memory (forgotten at exit)";
            case StoreLocation.InRedis(var redis) -> redis.address() + " (shared with other nodes)";
        };
    }

    private static String url(InetSocketAddress address, String path) {
        String host = address.getAddress().getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort() + path;
    }
}
