package dev.portcullis.ops.server;

import dev.portcullis.mcp.ServerInfo;
import dev.portcullis.mcp.model.Icon;
import dev.portcullis.mcp.registry.Catalog;
import dev.portcullis.mcp.registry.PromptHandler;
import dev.portcullis.mcp.registry.PromptRegistry;
import dev.portcullis.mcp.registry.ResourceHandler;
import dev.portcullis.mcp.registry.ResourceRegistry;
import dev.portcullis.mcp.registry.ToolHandler;
import dev.portcullis.mcp.registry.ToolRegistry;
import dev.portcullis.ops.server.ConfigException.Mistake;
import dev.portcullis.policy.Policy;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A whole server within a program of somebody else's: the same parts, settings and sign-in as {@code ops/run} has, with the program's own tools, prompts and resources.
 *
 * <pre>{@code
 * try (var server = PortcullisServer.builder().name("weather").tool(new ForecastTool()).start()) {
 *     System.out.println("MCP clients connect to " + server.url());
 *     server.awaitTermination();
 * }
 * }</pre>
 *
 * <p>Any thread may use it. It neither logs to a place of its own nor watches signals: {@code LOG_LEVEL} is without effect, {@code AUDIT_LOG} is off unless it is set, and a program that is to drain on SIGTERM closes
 * it in a shutdown hook.
 */
public final class PortcullisServer implements AutoCloseable {
    private final Running running;
    private final ServerConfig config;
    private final Catalog catalog;
    private final List<String> warnings;

    private PortcullisServer(Running running, ServerConfig config, Catalog catalog, List<String> warnings) {
        this.running = running;
        this.config = config;
        this.catalog = catalog;
        this.warnings = warnings;
    }

    /** A server of this name that offers nothing yet, whose settings are their defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** @return the URL to give to MCP clients */
    public URI url() {
        return config.mcpUrl();
    }

    /** @return where {@code /metrics} and {@code /health/…} are */
    public InetSocketAddress management() {
        return config.management();
    }

    /** @return what is offered: things may be added and removed, and changes announced, at any time */
    public Catalog catalog() {
        return catalog;
    }

    /** @return what is allowed but should be known, such as that nobody need sign in: a sentence each */
    public List<String> warnings() {
        return warnings;
    }

    /** Waits until somebody has closed it and all is closed. */
    public void awaitTermination() throws InterruptedException {
        running.awaitTermination();
    }

    /** Lets requests end, up to {@code DRAIN_SECONDS}, and closes everything; returns when that is done. */
    @Override
    public void close() {
        running.close();
    }

    /** Collects what the server is to be; for one thread. Nothing is checked before {@link #start}. */
    public static final class Builder {
        private String name = "portcullis";
        private @Nullable String title;
        private String version = "0";
        private @Nullable String instructions;
        private @Nullable String description;
        private @Nullable String website;
        private List<Icon> icons = List.of();
        private @Nullable Policy policy;
        private Path directory = Path.of("");
        private boolean isFromEnvironment;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final List<ToolHandler> tools = new ArrayList<>();
        private final List<PromptHandler> prompts = new ArrayList<>();
        private final List<ResourceHandler> resources = new ArrayList<>();

        private Builder() {}

        /** What the server is called by programs; {@code portcullis} otherwise. */
        public Builder name(String changed) {
            name = changed;
            return this;
        }

        /** What the server is called by people, on the consent page too; its name otherwise. */
        public Builder title(String changed) {
            title = changed;
            return this;
        }

        /** The version of what is offered; {@code 0} otherwise. */
        public Builder version(String changed) {
            version = changed;
            return this;
        }

        /** What the client's model should know: how the tools go together. */
        public Builder instructions(String changed) {
            instructions = changed;
            return this;
        }

        /** What people should know: what is offered, in a sentence. */
        public Builder description(String changed) {
            description = changed;
            return this;
        }

        /** Where people can read more. */
        public Builder website(String url) {
            website = url;
            return this;
        }

        /** What clients may show people beside the title. */
        public Builder icons(Icon... changed) {
            icons = List.of(changed);
            return this;
        }

        /** Sets one of the settings that {@code ops/run --help} lists, by the same name; an empty value is no value. */
        public Builder setting(String setting, String value) {
            settings.put(setting, value);
            return this;
        }

        /** Sets several. */
        public Builder settings(Map<String, String> more) {
            settings.putAll(more);
            return this;
        }

        /** What is not set here is looked for in the environment, {@code .dev.vars} and {@code portcullis.yaml}, as {@code ops/run} does. */
        public Builder fromEnvironment() {
            isFromEnvironment = true;
            return this;
        }

        /** Where both files are, and what relative paths in settings start from; the current directory otherwise. */
        public Builder directory(Path changed) {
            directory = changed;
            return this;
        }

        /** Who may do what, whatever the rules in {@code portcullis.yaml} say; otherwise what they say, and without any everybody who signed in may do everything. */
        public Builder policy(Policy changed) {
            policy = changed;
            return this;
        }

        /** Offers tools. */
        public Builder tool(ToolHandler... more) {
            tools.addAll(List.of(more));
            return this;
        }

        /** Offers prompts. */
        public Builder prompt(PromptHandler... more) {
            prompts.addAll(List.of(more));
            return this;
        }

        /** Offers resources, and templates of them. */
        public Builder resource(ResourceHandler... more) {
            resources.addAll(List.of(more));
            return this;
        }

        /**
         * Starts it. Blocks until clients can be served.
         *
         * @throws ConfigException settings or offers are wrong: it lists every mistake with its mend
         * @throws StartException something that the server needs is not to be had: a port, the store; everything made so far has been closed
         */
        public PortcullisServer start() throws StartException {
            var mistakes = new ArrayList<Mistake>();
            var catalog = new Catalog(
                    offered(() -> ToolRegistry.of(tools), ToolRegistry.of(List.of()), mistakes),
                    offered(() -> PromptRegistry.of(prompts), PromptRegistry.of(List.of()), mistakes),
                    offered(() -> ResourceRegistry.of(resources), ResourceRegistry.of(List.of()), mistakes));
            var loaded = loadSettings(mistakes);
            var info = new ServerInfo(
                    name, title == null ? name : title, version, instructions, description, website, icons);
            var running = new Running();
            var rules = loaded.config().authorization().policy();
            var warnings = new ArrayList<>(loaded.warnings());
            warnings.addAll(rules.warningsAbout(catalog));
            var asked = policy == null ? rules.policy() : policy;
            var config = Wiring.start(loaded.config(), new Served(info, catalog, asked), running);
            return new PortcullisServer(running, config, catalog, List.copyOf(warnings));
        }

        /** A registry says all that is wrong with its offers, a line each. */
        private static <R> R offered(Supplier<R> registry, R empty, List<Mistake> mistakes) {
            try {
                return registry.get();
            } catch (IllegalArgumentException e) {
                String.valueOf(e.getMessage())
                        .lines()
                        .forEach(line -> mistakes.add(new Mistake(line + ".", "Mend its definition.")));
                return empty;
            }
        }

        private ConfigLoader.Loaded loadSettings(List<Mistake> mistakes) throws ConfigException {
            var absolute = directory.toAbsolutePath().normalize();
            var values = new SettingValues();
            mistakes.forEach(mistake -> values.mistake(mistake.what(), mistake.mend()));
            SettingSources.readProgram(settings, values);
            if (isFromEnvironment) {
                SettingSources.readAround(System.getenv(), absolute, values);
            }
            values.put(Setting.AUDIT_LOG, "off", "a server within another program");
            return ConfigLoader.check(values, absolute);
        }
    }
}
