package dev.portcullis.ops.conformance;

import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.ops.server.PortcullisServer;
import dev.portcullis.ops.server.StartException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The fixture as a process: settings come from the environment as for {@code ops/run}, but nobody signs in and nothing is kept unless they say so. */
public final class ConformanceServer {
    private static final Map<String, String> DEFAULTS = Map.of("AUTH", "off", "STORE", "memory:");

    private ConformanceServer() {}

    public static void main(String[] arguments) throws InterruptedException {
        try (var server = start()) {
            server.warnings().forEach(warning -> System.err.println("warning: " + warning));
            System.out.println(server.url());
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::close));
            server.awaitTermination();
        } catch (StartException e) {
            System.err.println(e.explanation());
            System.exit(e.exitCode().number());
        }
    }

    private static PortcullisServer start() throws StartException {
        var builder = builder().fromEnvironment();
        DEFAULTS.forEach((setting, value) -> {
            if (System.getenv(setting) == null) {
                builder.setting(setting, value);
            }
        });
        return start(builder);
    }

    /** What the suite expects, with default settings. */
    static PortcullisServer.Builder builder() {
        return PortcullisServer.builder()
                .name("mcp-conformance-test-server")
                .title("MCP conformance fixture")
                .version("1.0.0")
                .tool(tools().toArray(ToolHandler[]::new))
                .prompt(FixturePrompts.all())
                .resource(FixtureResources.all());
    }

    static PortcullisServer start(PortcullisServer.Builder builder) throws StartException {
        var server = builder.start();
        ChangeTools.all(server.catalog()).forEach(server.catalog()::add); // they need the catalog they are in
        return server;
    }

    /** The first one is also called without arguments, and must bear it. */
    private static List<ToolHandler> tools() {
        return Stream.of(
                        ContentTools.all(),
                        StreamTools.all(),
                        SchemaTools.all(),
                        AskingTools.all(),
                        RoundTripTools.all(),
                        TaskTools.all())
                .flatMap(List::stream)
                .toList();
    }
}
