package dev.portcullis.ops.server;

import static dev.portcullis.ops.server.Setting.*;

import dev.portcullis.endpoint.mcp.Priming;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.ops.log.Lines;
import dev.portcullis.ops.server.ServerConfig.Doors;
import dev.portcullis.ops.server.ServerConfig.HostPort;
import dev.portcullis.ops.server.ServerConfig.Http;
import dev.portcullis.ops.server.ServerConfig.Images;
import dev.portcullis.ops.server.ServerConfig.KeySource;
import dev.portcullis.ops.server.ServerConfig.Limits;
import dev.portcullis.ops.server.ServerConfig.Provided;
import dev.portcullis.ops.server.ServerConfig.Rates;
import dev.portcullis.ops.server.ServerConfig.Sessions;
import dev.portcullis.ops.server.ServerConfig.SignInBy;
import dev.portcullis.ops.server.ServerConfig.StoreLocation;
import dev.portcullis.ops.server.ServerConfig.Tasks;
import dev.portcullis.ops.server.ServerConfig.Tokens;
import dev.portcullis.ops.server.ServerConfig.Tools;
import dev.portcullis.sse.SseStream.SseLimits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads the settings: the environment wins over {@code .dev.vars}, that over {@code portcullis.yaml}, that over the defaults. Everything is checked before anything is
 * started, and all mistakes are found in one go. Resolves host names of listeners, and so may block. For one use.
 */
public final class ConfigLoader {
    private static final int KEY_CHARS_MIN = 32;

    private final SettingValues values;
    private final Path directory;
    private final List<String> warnings = new ArrayList<>();

    private ConfigLoader(SettingValues values, Path directory) {
        this.values = values;
        this.directory = directory;
    }

    /**
     * What was read.
     *
     * @param warnings what is allowed but should be known: a sentence each
     */
    public record Loaded(ServerConfig config, List<String> warnings) {
        public Loaded {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Reads and checks.
     *
     * @param environment variables; those that are no setting are ignored
     * @param directory where {@code .dev.vars} and {@code portcullis.yaml} are looked for, and what relative paths start from
     * @throws ConfigException something is wrong; it lists everything that is
     */
    public static Loaded load(Map<String, String> environment, Path directory) throws ConfigException {
        var absolute = directory.toAbsolutePath().normalize();
        return check(SettingSources.read(environment, absolute), absolute);
    }

    /**
     * Checks what was collected.
     *
     * @param directory absolute; what relative paths start from
     * @throws ConfigException something is wrong; it lists everything that is
     */
    static Loaded check(SettingValues values, Path directory) throws ConfigException {
        var loader = new ConfigLoader(values, directory);
        var config = loader.config();
        if (!values.mistakes().isEmpty()) {
            throw new ConfigException(values.mistakes());
        }
        return new Loaded(config, loader.warnings);
    }

    private ServerConfig config() {
        var listen = address(HOST, PORT);
        var management = address(MANAGEMENT_HOST, MANAGEMENT_PORT);
        var publicUrl = publicUrl(listen);
        boolean isLocal = isLoopback(listen) && Origins.isLoopback(publicUrl);
        refuseTls();
        var signInBy = new ProviderSettings(values, isLocal, isLocal && isLoopback(management)).signInBy();
        requireDistinctPorts(listen, management, signInBy);
        var store = store();
        return new ServerConfig(
                listen,
                publicUrl,
                isLocal,
                values.isOn(SSE_ON_MCP),
                priming(),
                management,
                isAuthOn(isLocal),
                signInBy,
                masterKey(signInBy, store, isLocal),
                allowedEmails(),
                store,
                images(isLocal),
                doors(isLoopback(listen)),
                isRateLimited(isLocal),
                fetchAllow(isLocal),
                AuthorizationConfig.load(values, warnings),
                lives(),
                limits(),
                logLevel(),
                values.number(DRAIN_SECONDS));
    }

    private InetSocketAddress address(Setting host, Setting port) {
        int number = values.number(port);
        try {
            return new InetSocketAddress(InetAddress.getByName(bare(values.text(host))), number);
        } catch (UnknownHostException e) {
            values.mistake(
                    host, "does not resolve to an address", "Give an address of this machine, 127.0.0.1 or 0.0.0.0.");
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), number);
        }
    }

    /** IPv6 addresses are often written in brackets. */
    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static boolean isLoopback(InetSocketAddress address) {
        return address.getAddress().isLoopbackAddress();
    }

    /** O-2: who we are is told, never guessed; only on loopback there is a default. */
    private URI publicUrl(InetSocketAddress listen) {
        var ours = Origins.localhost(listen.getPort());
        String text = values.textOrNull(PUBLIC_URL);
        if (text == null) {
            if (!isLoopback(listen)) {
                values.mistake(
                        "PUBLIC_URL is not set although HOST=" + values.text(HOST) + " is not loopback.",
                        "Set PUBLIC_URL to the https origin that clients see, for example " + PUBLIC_URL.example()
                                + ".");
            }
            return ours;
        }
        var origin = Origins.parse(text);
        if (origin == null) {
            values.mistake(
                    PUBLIC_URL,
                    "is not an origin",
                    "Give scheme, host and port without path, query or user, for example " + PUBLIC_URL.example()
                            + ".");
            return ours;
        }
        boolean mayBeHttp = isLoopback(listen) && Origins.isLoopback(origin);
        if (!mayBeHttp && !"https".equals(origin.getScheme())) {
            values.mistake(
                    PUBLIC_URL,
                    "is not https although " + (isLoopback(listen) ? "it" : "HOST=" + values.text(HOST))
                            + " is not loopback",
                    "End TLS in front of the server and give the https origin that clients see.");
        }
        return origin;
    }

    private void refuseTls() {
        for (Setting setting : List.of(TLS_CERTIFICATE, TLS_KEY)) {
            if (values.isSet(setting)) {
                values.mistake(
                        setting,
                        "cannot be obeyed: this build does not end TLS yet",
                        "Take it out, end TLS in front of the server and set PUBLIC_URL to the https origin.");
            }
        }
    }

    private void requireDistinctPorts(InetSocketAddress listen, InetSocketAddress management, SignInBy signInBy) {
        if (isSamePort(listen.getPort(), management.getPort())) {
            values.mistake(
                    "PORT and MANAGEMENT_PORT are both " + listen.getPort() + ".",
                    "Give them different ports: metrics are never on the public one.");
        }
        if (signInBy instanceof SignInBy.LocalStandIn(int port)
                && (isSamePort(port, listen.getPort()) || isSamePort(port, management.getPort()))) {
            values.mistake(
                    "DEV_IDP_PORT is " + port + ", as " + (port == listen.getPort() ? PORT : MANAGEMENT_PORT) + " is.",
                    "Give the local stand-in for Access a port of its own.");
        }
    }

    /** Port 0 is any free one, so never the same. */
    private static boolean isSamePort(int one, int other) {
        return one == other && one != 0;
    }

    private boolean isAuthOn(boolean isLocal) {
        if (values.isOn(AUTH)) {
            return true;
        }
        requireLocal(AUTH, isLocal);
        warnings.add("AUTH=off: everybody who reaches this server may call every tool.");
        return false;
    }

    private boolean isRateLimited(boolean isLocal) {
        if (values.isOn(RATE_LIMIT)) {
            return true;
        }
        requireLocal(RATE_LIMIT, isLocal);
        warnings.add("RATE_LIMIT=off: nothing slows a flood of requests.");
        return false;
    }

    private List<HostPort> fetchAllow(boolean isLocal) {
        var peers = new ArrayList<HostPort>();
        for (String part : values.list(FETCH_ALLOW)) {
            var peer = Origins.parseHostPort(part);
            if (peer == null) {
                values.mistake(FETCH_ALLOW, "is not a list of host:port", "For example " + FETCH_ALLOW.example() + ".");
                return List.of();
            }
            peers.add(peer);
        }
        if (!peers.isEmpty()) {
            requireLocal(FETCH_ALLOW, isLocal);
            warnings.add("FETCH_ALLOW: outgoing requests may reach " + values.text(FETCH_ALLOW) + ".");
        }
        return peers;
    }

    private void requireLocal(Setting setting, boolean isLocal) {
        if (!isLocal) {
            values.mistake(
                    setting,
                    "is allowed only while HOST and PUBLIC_URL are loopback",
                    "Take it out, or set HOST=127.0.0.1 and leave PUBLIC_URL out.");
        }
    }

    private KeySource masterKey(SignInBy signInBy, StoreLocation store, boolean isLocal) {
        String key = values.textOrNull(COOKIE_ENCRYPTION_KEY);
        if (key == null) {
            if (values.isSet(COOKIE_ENCRYPTION_KEY_PREVIOUS)) {
                values.mistake(
                        "COOKIE_ENCRYPTION_KEY_PREVIOUS is set although COOKIE_ENCRYPTION_KEY is not.",
                        "Set COOKIE_ENCRYPTION_KEY to the new key.");
            }
            return generatedKey(signInBy, store);
        }
        if (key.length() < KEY_CHARS_MIN) {
            if (isLocal) {
                warnings.add("COOKIE_ENCRYPTION_KEY has " + key.length() + " characters: fit for this machine only, not"
                        + " for a server that others reach (openssl rand -hex 32).");
            } else {
                values.mistake(
                        COOKIE_ENCRYPTION_KEY,
                        "has " + key.length() + " characters, fewer than " + KEY_CHARS_MIN,
                        "Make one with: openssl rand -hex 32");
            }
        }
        return new KeySource.Given(
                new Secret(key),
                values.list(COOKIE_ENCRYPTION_KEY_PREVIOUS).stream()
                        .map(Secret::new)
                        .toList());
    }

    private KeySource generatedKey(SignInBy signInBy, StoreLocation store) {
        if (signInBy instanceof SignInBy.Access) {
            values.mistake(
                    "COOKIE_ENCRYPTION_KEY is not set although ACCESS_* is.",
                    "Make one with: openssl rand -hex 32; keep it secret, and the same on every start.");
        }
        return switch (store) {
            case StoreLocation.InFile(Path file) -> new KeySource.KeptIn(file.resolveSibling("portcullis.key"));
            case StoreLocation.InMemory() -> new KeySource.Fleeting();
            case StoreLocation.InRedis _ -> {
                values.mistake(
                        "COOKIE_ENCRYPTION_KEY is not set although STORE is in Redis, whose nodes share one key.",
                        "Make one with: openssl rand -hex 32; set the same for all nodes.");
                yield new KeySource.Fleeting();
            }
        };
    }

    /** Both names, one list (the older one comes from the original's settings). */
    private Set<String> allowedEmails() {
        var emails = new HashSet<String>();
        for (Setting setting : List.of(ALLOWED_EMAILS, ALLOWED_USERNAMES)) {
            for (String email : values.list(setting)) {
                if (email.indexOf('@') < 1) {
                    warnings.add(setting + " holds a name without @, which no e-mail address equals: "
                            + Lines.escape(email, 60));
                }
                emails.add(email.toLowerCase(Locale.ROOT));
            }
        }
        return emails;
    }

    private StoreLocation store() {
        String text = values.text(STORE);
        if (RedisConfig.isMeant(text)) {
            return new StoreLocation.InRedis(RedisConfig.load(values, directory, warnings));
        }
        RedisConfig.warnOfUnused(values, warnings);
        if (text.equals("memory:") || text.equals("memory")) {
            return new StoreLocation.InMemory();
        }
        if (text.startsWith("file:") && text.length() > "file:".length()) {
            try {
                return new StoreLocation.InFile(
                        directory.resolve(text.substring("file:".length())).normalize());
            } catch (InvalidPathException e) {
                values.mistake(STORE, "names no possible file", "For example STORE=" + STORE.example() + ".");
                return new StoreLocation.InMemory();
            }
        }
        values.mistake(
                STORE, "is neither file:PATH, memory: nor redis://…", "For example STORE=" + STORE.defaultText() + ".");
        return new StoreLocation.InMemory();
    }

    private Images images(boolean isLocal) {
        String account = values.textOrNull(CLOUDFLARE_ACCOUNT_ID);
        String token = values.textOrNull(CLOUDFLARE_API_TOKEN);
        var api = Origins.parseUrl(values.text(IMAGE_API_URL), isLocal);
        if (api == null) {
            values.mistake(IMAGE_API_URL, "is no https URL", "For example " + IMAGE_API_URL.defaultText() + ".");
        }
        if (account != null && token != null && api != null) {
            return new Images.WorkersAi(api, account, new Secret(token), values.text(IMAGE_MODEL));
        }
        if ((account == null) != (token == null)) {
            values.mistake(
                    (account == null ? CLOUDFLARE_ACCOUNT_ID : CLOUDFLARE_API_TOKEN) + " is not set although "
                            + (account == null ? CLOUDFLARE_API_TOKEN : CLOUDFLARE_ACCOUNT_ID) + " is.",
                    "Set both for Workers AI, or neither for local previews.");
        }
        return new Images.LocalPreview();
    }

    private Doors doors(boolean isLoopback) {
        var origins = new HashSet<String>();
        for (String part : values.list(ALLOWED_ORIGINS)) {
            var origin = Origins.parse(part);
            if (origin == null) {
                values.mistake(
                        ALLOWED_ORIGINS, "is not a list of origins", "For example " + ALLOWED_ORIGINS.example() + ".");
                break;
            }
            origins.add(origin.toString());
        }
        var hosts = new HashSet<String>();
        for (String part : values.list(ALLOWED_HOSTS)) {
            if (Origins.parse("http://" + part) == null) {
                values.mistake(ALLOWED_HOSTS, "is not a list of hosts", "For example " + ALLOWED_HOSTS.example() + ".");
                break;
            }
            hosts.add(part.toLowerCase(Locale.ROOT));
        }
        return new Doors(origins, hosts, isLoopback);
    }

    private OAuthSettings.Lives lives() {
        var lives = new OAuthSettings.Lives(
                values.number(SIGN_IN_SECONDS),
                values.number(CODE_SECONDS),
                values.number(ACCESS_TOKEN_SECONDS),
                values.number(REFRESH_TOKEN_SECONDS),
                values.number(REFRESH_OVERLAP_SECONDS),
                values.number(GRANT_SECONDS),
                values.number(UNCHECKED_GRANT_SECONDS),
                values.number(CLIENT_SECONDS),
                values.number(APPROVAL_SECONDS),
                values.number(STALENESS_SECONDS),
                values.number(UNCONFIRMED_TOKEN_SECONDS));
        requireNoMore(ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS);
        requireNoMore(REFRESH_TOKEN_SECONDS, GRANT_SECONDS);
        return lives;
    }

    private void requireNoMore(Setting lesser, Setting greater) {
        int number = values.number(lesser);
        int most = values.number(greater);
        if (number > most) {
            values.mistake(
                    lesser + " (" + number + ") is more than " + greater + " (" + most + ").",
                    "Lower " + lesser + " or raise " + greater + ".");
        }
    }

    private Limits limits() {
        if (values.number(BODIES_BYTES_MAX) != 0) {
            requireNoMore(MCP_BODY_BYTES_MAX, BODIES_BYTES_MAX);
        }
        requireNoMore(TASK_SECONDS, TASK_SECONDS_MAX);
        requireNoMore(TASK_BYTES_PER_PERSON_MAX, TASK_BYTES_MAX);
        return new Limits(
                new Http(
                        values.number(CONNECTIONS_MAX),
                        values.number(CONNECTIONS_PER_ADDRESS_MAX),
                        values.number(REQUEST_LINE_BYTES_MAX),
                        values.number(HEADER_BYTES_MAX),
                        values.number(HEADER_FIELDS_MAX),
                        values.number(MCP_BODY_BYTES_MAX),
                        values.millis(HEADER_SECONDS),
                        values.millis(BODY_SECONDS),
                        values.millis(REQUEST_SECONDS),
                        values.millis(WRITE_STALL_SECONDS),
                        values.number(WRITE_PROGRESS_BYTES_MIN),
                        values.millis(IDLE_SECONDS),
                        values.number(DISCARDED_BYTES_MAX),
                        values.number(BODIES_BYTES_MAX),
                        values.millis(LINGER_SECONDS)),
                new SseLimits(
                        values.millis(STREAM_KEEP_ALIVE_SECONDS),
                        values.number(STREAM_QUEUE_BYTES_MAX),
                        values.number(STREAM_QUEUE_EVENTS_MAX),
                        values.millis(STREAM_STALL_SECONDS)),
                new Sessions(
                        values.number(SESSION_SECONDS),
                        values.number(SESSION_IDLE_SECONDS),
                        values.number(SESSIONS_MAX),
                        values.number(SESSIONS_PER_PERSON_MAX),
                        values.number(SUBSCRIPTIONS_MAX),
                        values.number(STREAMS_MAX),
                        values.number(STREAMS_PER_PERSON_MAX),
                        values.number(REPLAY_SECONDS),
                        values.number(REPLAY_BYTES_MAX)),
                new Rates(values.number(RATE_PER_ADDRESS), values.number(RATE_PER_ADDRESS_BURST)),
                new Tools(
                        values.number(TOOL_CALLS_MAX),
                        values.number(TOOL_CALLS_PER_PERSON_MAX),
                        values.millis(TOOL_SECONDS),
                        values.millis(ANSWER_SECONDS),
                        values.number(LOGS_PER_SECOND_MAX),
                        values.number(LIST_PAGE_MAX),
                        values.millis(LIST_SECONDS)),
                new Tasks(
                        values.millis(TASK_SECONDS),
                        values.millis(TASK_SECONDS_MAX),
                        values.millis(TASK_RUN_SECONDS),
                        values.number(TASKS_MAX),
                        values.number(TASKS_PER_PERSON_MAX),
                        values.number(TASK_BYTES_MAX),
                        values.number(TASK_BYTES_PER_PERSON_MAX)),
                new Tokens(
                        values.number(TOKEN_TABLE_MAX),
                        values.number(BOGUS_TOKEN_TABLE_MAX),
                        values.number(STORED_CLIENTS_MAX),
                        values.number(PENDING_SIGN_INS_MAX)),
                new Provided(
                        values.number(FETCHES_MAX),
                        values.millis(PROVIDER_SECONDS),
                        values.millis(IMAGE_SECONDS),
                        values.number(IMAGE_BYTES_MAX)),
                values.number(OFFLOAD_MAX));
    }

    private Priming priming() {
        return switch (values.text(STREAM_PRIMING).toLowerCase(Locale.ROOT)) {
            case "auto" -> Priming.AUTO;
            case "never" -> Priming.NEVER;
            case "always" -> Priming.ALWAYS;
            default -> {
                values.mistake(STREAM_PRIMING, "is none of its values", "Give auto, never or always.");
                yield Priming.AUTO;
            }
        };
    }

    private System.Logger.Level logLevel() {
        return switch (values.text(LOG_LEVEL).toLowerCase(Locale.ROOT)) {
            case "error" -> System.Logger.Level.ERROR;
            case "warning", "warn" -> System.Logger.Level.WARNING;
            case "info" -> System.Logger.Level.INFO;
            case "debug" -> System.Logger.Level.DEBUG;
            case "trace" -> System.Logger.Level.TRACE;
            default -> {
                values.mistake(LOG_LEVEL, "is no level", "Give error, warning, info, debug or trace.");
                yield System.Logger.Level.INFO;
            }
        };
    }
}
