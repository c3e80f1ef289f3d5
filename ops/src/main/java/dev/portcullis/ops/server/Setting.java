package dev.portcullis.ops.server;

import static dev.portcullis.ops.server.Setting.Group.*;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The table of all settings, as data: {@code --help} prints it, {@link ConfigLoader} reads and checks by it, the tests compare README.md and the example file with it.
 *
 * <p>A setting has the same name everywhere: in the environment and in {@code .dev.vars} as it stands here, in {@code portcullis.yaml} as it stands here or in lower
 * case with dashes, at the top or nested ({@code access: {client-id: …}} is {@code ACCESS_CLIENT_ID}).
 */
public enum Setting {
    HOST(LISTENER, "127.0.0.1", "address or host name of the public listener", "0.0.0.0"),
    PORT(LISTENER, 8788, 0, 65_535, "port", "port of the public listener; 0: any free one, which the banner names"),
    PUBLIC_URL(
            LISTENER,
            "http://localhost:PORT",
            "origin that clients see; required, and https, unless it and HOST are loopback",
            "https://mcp.example.com"),
    MANAGEMENT_HOST(
            LISTENER,
            "127.0.0.1",
            "address of /metrics, /health/live and /health/ready; never on the public port",
            "10.0.0.5"),
    MANAGEMENT_PORT(LISTENER, 8789, 0, 65_535, "port", "port of the management listener; 0: any free one"),
    TLS_CERTIFICATE(
            LISTENER,
            "",
            "PEM file; not in this build: end TLS in front of the server and set PUBLIC_URL",
            "/etc/portcullis/tls.crt"),
    TLS_KEY(LISTENER, "", "PEM file; not in this build, like TLS_CERTIFICATE", "/etc/portcullis/tls.key"),
    ALLOWED_ORIGINS(
            LISTENER,
            "",
            "origins whose pages may call, comma-separated, beside that of PUBLIC_URL; while HOST is loopback, also"
                    + " localhost, 127.0.0.1 and [::1] at any port",
            "https://app.example.com,http://localhost:6274"),
    ALLOWED_HOSTS(
            LISTENER,
            "",
            "values of the Host header that are answered, comma-separated, beside that of PUBLIC_URL; without a port:"
                    + " at any port; while HOST is loopback, also the loopback names",
            "mcp.internal,mcp.internal:8788"),

    SSE_ON_MCP(
            LISTENER,
            Kind.SWITCH,
            "on",
            "whether /mcp, like /sse, takes clients that know only HTTP+SSE (2024-11-05): by a GET without a session",
            "off"),
    STREAM_PRIMING(
            LISTENER,
            "auto",
            "when streams of 2025-11-25 begin with an event that has only an id, so that clients can come back to them: never,"
                    + " always, or auto, with calls that take long or let their clients poll",
            "never"),

    ACCESS_CLIENT_ID(SIGN_IN, "", "client id of the Access for SaaS application", "0123abcd…"),
    ACCESS_CLIENT_SECRET(SIGN_IN, Kind.SECRET, "", "client secret of that application", "4567ef01…"),
    ACCESS_AUTHORIZATION_URL(
            SIGN_IN,
            "",
            "its authorization endpoint",
            "https://TEAM.cloudflareaccess.com/cdn-cgi/access/sso/oidc/CLIENT_ID/authorization"),
    ACCESS_TOKEN_URL(
            SIGN_IN,
            "",
            "its token endpoint",
            "https://TEAM.cloudflareaccess.com/cdn-cgi/access/sso/oidc/CLIENT_ID/token"),
    ACCESS_JWKS_URL(
            SIGN_IN,
            "",
            "its key endpoint",
            "https://TEAM.cloudflareaccess.com/cdn-cgi/access/sso/oidc/CLIENT_ID/jwks"),
    ACCESS_ISSUER(
            SIGN_IN,
            "",
            "its issuer: stands for the three URLs (discovery), and is derived from them when absent; any OpenID provider",
            "https://TEAM.cloudflareaccess.com/cdn-cgi/access/sso/oidc/CLIENT_ID"),
    ACCESS_SCOPES(
            SIGN_IN,
            "openid email profile groups",
            "scopes asked for at a sign-in, separated by spaces; openid is among them",
            "openid email profile"),
    ACCESS_ALGORITHMS(
            SIGN_IN,
            "RS256",
            "signatures of ID tokens that are accepted, comma-separated: RS256, PS256, ES256",
            "RS256,ES256"),
    ACCESS_CLIENT_AUTHENTICATION(
            SIGN_IN,
            "auto",
            "how we show the token endpoint who we are: auto (what the provider offers), basic, post, or none: PKCE alone,"
                    + " without ACCESS_CLIENT_SECRET",
            "post"),
    CLOCK_SKEW_SECONDS(SIGN_IN, 60, 0, 300, "seconds", "how far the identity provider's clock and ours may differ"),
    COOKIE_ENCRYPTION_KEY(
            SIGN_IN,
            Kind.SECRET,
            "",
            "at least 32 characters, kept secret (openssl rand -hex 32); with the local stand-in: generated and kept beside"
                    + " the store",
            "9f86d081884c7d65…"),
    COOKIE_ENCRYPTION_KEY_PREVIOUS(
            SIGN_IN,
            Kind.SECRET,
            "",
            "the keys that COOKIE_ENCRYPTION_KEY replaces, latest first, comma-separated: what they sealed still opens; take them"
                    + " out when the longest life (GRANT_SECONDS) is over",
            "4c1f…"),
    ALLOWED_EMAILS(
            SIGN_IN,
            "",
            "e-mail addresses for which generateImage is there, comma-separated, in any letter case",
            "ada@example.com,grace@example.com"),
    ALLOWED_USERNAMES(SIGN_IN, "", "older name of ALLOWED_EMAILS; both lists count", "ada@example.com"),
    RULES_DEFAULT(
            SIGN_IN,
            "allow",
            "allow or deny: what holds where no rule of portcullis.yaml decides; with deny, signing in and scopes need rules as well",
            "deny"),
    ACCESS_TEAM_DOMAIN(
            SIGN_IN,
            "",
            "team domain of Zero Trust; with ACCESS_AUDIENCE, requests that Access let through come in by its header Cf-Access-Jwt-Assertion",
            "TEAM.cloudflareaccess.com"),
    ACCESS_AUDIENCE(
            SIGN_IN,
            "",
            "AUD tag of the self-hosted Access application in front of this server; several with commas",
            "4714c1358e65fe4b…"),
    ACCESS_SERVICE_TOKENS(
            SIGN_IN,
            Kind.SWITCH,
            "off",
            "whether programs with service tokens of Access come in that way as well",
            "on"),
    AUTH(
            SIGN_IN,
            Kind.SWITCH,
            "on",
            "off: everybody may call everything; only on loopback, for conformance runs",
            "off"),
    DEV_IDP_PORT(
            SIGN_IN,
            8790,
            0,
            65_535,
            "port",
            "port of the local stand-in for Access, started only if no identity provider is set and every address is loopback; 0: any"),

    INTROSPECTION(
            GRANTS,
            Kind.SWITCH,
            "off",
            "whether clients that authenticate may ask about access tokens (RFC 7662)",
            "on"),
    INTROSPECTION_CLIENTS(
            GRANTS,
            "",
            "ids of clients that may ask about every token, comma-separated; others learn of their own only",
            "files-api,search-api"),
    TOKEN_EXCHANGE(
            GRANTS,
            Kind.SWITCH,
            "off",
            "whether registered clients may exchange an access token for a narrower one (RFC 8693)",
            "on"),
    IDENTITY_ASSERTIONS(
            GRANTS,
            Kind.SWITCH,
            "off",
            "whether identity assertions (ID-JAG) of the issuers in the section assertion-issuers are taken",
            "on"),
    CLIENT_CREDENTIALS(
            GRANTS,
            Kind.SWITCH,
            "off",
            "whether registered clients may act for themselves (RFC 6749 section 4.4)",
            "on"),
    DPOP(
            GRANTS,
            "off",
            "on: tokens of clients that bring a proof are bound to their key (RFC 9449); required: all are",
            "on"),
    DPOP_NONCE(GRANTS, Kind.SWITCH, "off", "whether proofs must repeat a nonce of ours (RFC 9449 section 8)", "on"),

    STORE(
            STORAGE,
            "file:data/portcullis.db",
            "file:PATH embedded and durable; memory: forgotten at exit; or Redis, which several nodes share: redis://HOST:PORT,"
                    + " redis-sentinel://HOST:PORT,HOST:PORT#MASTER or redis-cluster://HOST:PORT,HOST:PORT; rediss… speaks TLS",
            "redis-sentinel://10.0.0.1:26379,10.0.0.2:26379,10.0.0.3:26379#mymaster"),
    REDIS_USER(
            STORAGE,
            "",
            "name at Redis (ACL), unless the URL of STORE has one; without it: the default user",
            "portcullis"),
    REDIS_PASSWORD(STORAGE, Kind.SECRET, "", "password at Redis, unless the URL of STORE has one", "9f86d081…"),
    REDIS_SENTINEL_USER(
            STORAGE, "", "name at the Sentinels themselves (ACL); without it: their default user", "portcullis"),
    REDIS_SENTINEL_PASSWORD(STORAGE, Kind.SECRET, "", "password at the Sentinels themselves", "4c1f…"),
    REDIS_DATABASE(STORAGE, 0, 0, 9_999, "number", "database, unless the URL of STORE has one; a cluster has only 0"),
    REDIS_PREFIX(
            STORAGE,
            "portcullis",
            "what all keys and channels in Redis begin with: deployments with different ones can share a Redis",
            "portcullis:test"),
    REDIS_CA_FILE(
            STORAGE,
            "",
            "PEM file: who may have signed the certificates of Redis; without it, whom this machine trusts",
            "/etc/portcullis/redis-ca.crt"),
    REDIS_CONNECT_MILLIS(
            STORAGE, 5_000, 100, 60_000, "milliseconds", "for a connection to Redis, TLS and sign-in included"),
    REDIS_COMMAND_MILLIS(
            STORAGE, 2_000, 100, 30_000, "milliseconds", "for an answer of Redis; then the request is answered 503"),
    REDIS_CONNECTIONS(
            STORAGE,
            2,
            1,
            64,
            "connections",
            "to each Redis master, shared by all requests; each node has up to four more for what it hears and follows"),
    REDIS_WAITING_MAX(
            STORAGE, 10_000, 100, 1_000_000, "commands", "waiting for answers on one connection; more fail at once"),
    REDIS_WAIT_REPLICAS(
            STORAGE,
            0,
            0,
            16,
            "replicas",
            "that must have a write (WAIT) before it is acknowledged; 0: the master's word is enough"),

    CLOUDFLARE_ACCOUNT_ID(IMAGES, "", "account for Workers AI; without it images are local previews", "0a1b2c…"),
    CLOUDFLARE_API_TOKEN(IMAGES, Kind.SECRET, "", "token with the permission Workers AI: Read", "v1.0-…"),
    IMAGE_MODEL(IMAGES, "@cf/black-forest-labs/flux-1-schnell", "text-to-image model", "@cf/…"),
    IMAGE_API_URL(
            IMAGES, "https://api.cloudflare.com/client/v4", "base of Cloudflare's REST API", "http://127.0.0.1:9000"),

    ACCESS_TOKEN_SECONDS(LIVES, 3_600, 60, 86_400, "seconds", "life of an access token"),
    REFRESH_TOKEN_SECONDS(LIVES, 30 * 86_400, 3_600, 365 * 86_400, "seconds", "life of a refresh token from its issue"),
    REFRESH_OVERLAP_SECONDS(
            LIVES,
            60,
            0,
            3_600,
            "seconds",
            "how long a used refresh token still gives the same successor once that was used"),
    CODE_SECONDS(LIVES, 60, 10, 600, "seconds", "life of an authorization code"),
    SIGN_IN_SECONDS(LIVES, 600, 60, 3_600, "seconds", "time to approve, and time to sign in at the identity provider"),
    GRANT_SECONDS(LIVES, 90 * 86_400, 3_600, 730 * 86_400, "seconds", "longest life of a grant, whatever its use"),
    UNCHECKED_GRANT_SECONDS(
            LIVES,
            86_400,
            3_600,
            90 * 86_400,
            "seconds",
            "life of a grant for which the identity provider gave no refresh token: it cannot be asked again"),
    RECHECK_SECONDS(
            LIVES,
            5,
            0,
            3_600,
            "seconds",
            "how long the identity provider's word counts at refreshes before it is asked again"),
    STALENESS_SECONDS(
            LIVES,
            3_600,
            0,
            86_400,
            "seconds",
            "how long the identity provider's last word counts while it cannot be reached; then 503"),
    UNCONFIRMED_TOKEN_SECONDS(LIVES, 900, 60, 900, "seconds", "longest life of an access token issued meanwhile"),
    CLIENT_SECONDS(
            LIVES, 90 * 86_400, 3_600, 730 * 86_400, "seconds", "life of a registration since its issue or last use"),
    APPROVAL_SECONDS(LIVES, 30 * 86_400, 0, 30 * 86_400, "seconds", "how long an approval is remembered; 0: never"),

    ACCOUNT_SESSION_SECONDS(
            LIVES, 1_800, 60, 86_400, "seconds", "how long one stays signed in at /account, one's own page"),

    REGISTRATION(
            CLIENTS,
            Kind.SWITCH,
            "on",
            "whether clients may register themselves (RFC 7591); off: there is no /register",
            "off"),
    REGISTRATION_TOKEN(
            CLIENTS,
            Kind.SECRET,
            "",
            "what a client must present to register, as Authorization: Bearer; at least 16 characters; empty: anybody may",
            "5f2b8c…"),
    CLIENT_DOCUMENTS(
            CLIENTS,
            Kind.SWITCH,
            "on",
            "whether a client_id may be the https URL of a document that describes the client",
            "off"),
    CLIENT_DOCUMENT_HOSTS(
            CLIENTS,
            "",
            "hosts whose documents and keys are fetched, comma-separated, *.example.com for all below; empty: all public ones",
            "*.example.com,client.example.org"),
    CLIENT_DOCUMENT_HOSTS_DENIED(
            CLIENTS, "", "hosts whose documents and keys are not fetched, in the same form", "*.example.net"),
    CLIENT_TRUSTED_HOSTS(
            CLIENTS,
            "",
            "hosts whose clients the consent page does not warn of, in the same form; those of CLIENT_DOCUMENT_HOSTS are among them",
            "claude.ai,*.example.com"),
    CLIENT_DOCUMENT_SECONDS_MAX(
            CLIENTS,
            86_400,
            300,
            7 * 86_400,
            "seconds",
            "a fetched document is kept, whatever its host says, and stands in for a host that cannot be reached"),
    REDIRECT_SCHEMES(
            CLIENTS,
            "cursor,vscode,vscode-insiders,windsurf,claude",
            "schemes without a dot at which programs on people's machines may be sent back to, comma-separated; with a dot all may",
            "cursor,vscode"),
    EGRESS_PROXY(
            CLIENTS,
            "",
            "host:port of an HTTP proxy through which documents and keys of clients are fetched, by CONNECT to the address"
                    + " that was checked",
            "proxy.internal:3128"),

    AUDIT_LOG(
            OPERATION,
            "stdout",
            "where audit events go, as JSON lines: off, stdout or file:PATH; a server within another program: off",
            "file:/var/log/portcullis/audit.jsonl"),
    ADMIN_TOKEN(
            OPERATION,
            Kind.SECRET,
            "",
            "at least 32 characters: turns /admin on at the management listener, for ops/run grants, revoke and sweep",
            "5c1f0d3e…"),
    RATE_LIMIT(OPERATION, Kind.SWITCH, "on", "off: no rate limits; only on loopback, for load tests", "off"),
    FETCH_ALLOW(
            OPERATION,
            "",
            "host:port list that outgoing requests may reach although it is private; only on loopback, for tests",
            "127.0.0.1:9000"),
    LOG_LEVEL(
            OPERATION,
            "info",
            "error, warning, info, debug or trace, for our own loggers; libraries stay at warning",
            "debug"),
    DRAIN_SECONDS(OPERATION, 10, 0, 3_600, "seconds", "how long running requests may take to end after SIGTERM"),
    JAVA_OPTS(
            OPERATION,
            Kind.SCRIPT,
            "",
            "flags added to those that ops/run gives to the JVM; environment only",
            "-Xmx512m"),

    CONNECTIONS_MAX(LIMITS, 100_000, 1, 5_000_000, "connections", "open at the public listener"),
    CONNECTIONS_PER_ADDRESS_MAX(LIMITS, 50_000, 1, 5_000_000, "connections", "open from one address"),
    REQUEST_LINE_BYTES_MAX(LIMITS, 16_384, 1_024, 65_536, "bytes", "request line"),
    HEADER_BYTES_MAX(LIMITS, 32_768, 4_096, 262_144, "bytes", "all header fields of a request"),
    HEADER_FIELDS_MAX(LIMITS, 200, 20, 2_000, "fields", "header fields of a request"),
    MCP_BODY_BYTES_MAX(LIMITS, 4 * 1024 * 1024, 1_024, 64 * 1024 * 1024, "bytes", "body of an MCP request"),
    HEADER_SECONDS(LIMITS, 10, 1, 300, "seconds", "for the whole request head"),
    BODY_SECONDS(LIMITS, 30, 1, 3_600, "seconds", "for the whole body"),
    REQUEST_SECONDS(LIMITS, 120, 1, 3_600, "seconds", "from request head to answer, streams aside"),
    WRITE_STALL_SECONDS(
            LIMITS, 30, 1, 3_600, "seconds", "a peer may take nothing of an answer; noticed up to a quarter later"),
    WRITE_PROGRESS_BYTES_MIN(LIMITS, 4_096, 1, 1_048_576, "bytes", "of a waiting answer a peer must take in that time"),
    DISCARDED_BYTES_MAX(
            LIMITS, 65_536, 0, 16_777_216, "bytes", "of an unwanted body that are read to save the connection"),
    BODIES_BYTES_MAX(
            LIMITS,
            0,
            0,
            Integer.MAX_VALUE,
            "bytes",
            "of bodies held at a time, with a token and without each; 0: a 16th of the heap"),
    LINGER_SECONDS(LIMITS, 2, 0, 30, "seconds", "a connection that we end is still read"),
    IDLE_SECONDS(LIMITS, 60, 1, 3_600, "seconds", "a connection may rest between requests"),
    STREAM_KEEP_ALIVE_SECONDS(LIMITS, 15, 1, 300, "seconds", "between comments on a quiet event stream"),
    STREAM_QUEUE_BYTES_MAX(LIMITS, 256 * 1024, 4_096, 64 * 1024 * 1024, "bytes", "waiting on one event stream"),
    STREAM_QUEUE_EVENTS_MAX(LIMITS, 1_000, 1, 1_000_000, "events", "waiting on one event stream"),
    STREAM_STALL_SECONDS(
            LIMITS,
            30,
            1,
            3_600,
            "seconds",
            "a peer may read nothing of an event stream; noticed up to a quarter later"),
    STREAMS_MAX(LIMITS, 100_000, 1, 5_000_000, "streams", "open at a time, those of running calls aside"),
    STREAMS_PER_PERSON_MAX(LIMITS, 100, 1, 1_000_000, "streams", "of them, one person's"),
    SESSION_SECONDS(LIMITS, 86_400, 60, 30 * 86_400, "seconds", "longest life of a session, whatever its use"),
    SESSION_IDLE_SECONDS(
            LIMITS,
            1_800,
            60,
            30 * 86_400,
            "seconds",
            "a session with subscriptions, a log level or kept events may rest"),
    SESSIONS_MAX(LIMITS, 100_000, 1, 5_000_000, "sessions", "of which such things are remembered"),
    SESSIONS_PER_PERSON_MAX(
            LIMITS, 200, 1, 1_000_000, "sessions", "of them, one person's; then the one that rested longest ends"),
    SUBSCRIPTIONS_MAX(LIMITS, 256, 1, 100_000, "resources", "that one session follows"),
    REPLAY_SECONDS(LIMITS, 300, 1, 86_400, "seconds", "a call's stream is kept after its end, for Last-Event-ID"),
    REPLAY_BYTES_MAX(LIMITS, 0, 0, Integer.MAX_VALUE, "bytes", "of kept events of all streams; 0: a 16th of the heap"),
    RATE_PER_ADDRESS(
            LIMITS,
            200,
            1,
            1_000_000,
            "requests/s",
            "lasting rate from one address; IPv6: one /64; pages of a sign-in count five"),
    RATE_PER_ADDRESS_BURST(LIMITS, 1_000, 1, 10_000_000, "requests", "at once from one address"),
    TOOL_CALLS_MAX(LIMITS, 1_000, 1, 1_000_000, "calls", "of tools running at a time"),
    TOOL_CALLS_PER_PERSON_MAX(LIMITS, 32, 1, 1_000_000, "calls", "of tools running at a time for one person"),
    TOOL_SECONDS(LIMITS, 60, 1, 3_600, "seconds", "at most for one tool call, whatever the tool asks for"),
    ANSWER_SECONDS(
            LIMITS, 300, 1, 86_400, "seconds", "one call may wait for its client's answers, beside its own time"),
    LOGS_PER_SECOND_MAX(LIMITS, 100, 1, 1_000_000, "messages", "that one call may log in a second; more are dropped"),
    LIST_PAGE_MAX(LIMITS, 100, 1, 10_000, "items", "of a list in one answer"),
    LIST_SECONDS(LIMITS, 60, 0, 86_400, "seconds", "clients may keep a list without asking again (2026-07-28)"),
    TASK_SECONDS(
            LIMITS, 3_600, 1, 14 * 86_400, "seconds", "a task is kept from its creation, if its client does not say"),
    TASK_SECONDS_MAX(LIMITS, 86_400, 1, 14 * 86_400, "seconds", "a task is kept, whatever its client says"),
    TASK_RUN_SECONDS(LIMITS, 3_600, 1, 14 * 86_400, "seconds", "at most for the work of one task"),
    TASKS_MAX(LIMITS, 10_000, 1, 1_000_000, "tasks", "kept at a time, finished ones among them"),
    TASKS_PER_PERSON_MAX(LIMITS, 100, 1, 1_000_000, "tasks", "of them, one person's"),
    TASK_BYTES_MAX(LIMITS, 256 * 1024 * 1024, 1_024, Integer.MAX_VALUE, "bytes", "of all kept results of tasks"),
    TASK_BYTES_PER_PERSON_MAX(LIMITS, 16 * 1024 * 1024, 1_024, Integer.MAX_VALUE, "bytes", "of them, one person's"),
    OFFLOAD_MAX(LIMITS, 4_096, 1, 1_000_000, "tasks", "blocking work at a time: store, sign-in, tools"),
    TOKEN_TABLE_MAX(LIMITS, 100_000, 100, 10_000_000, "tokens", "known without asking the store"),
    BOGUS_TOKEN_TABLE_MAX(LIMITS, 16_384, 100, 10_000_000, "tokens", "known to be wrong without asking the store"),
    STORED_CLIENTS_MAX(
            LIMITS,
            10_000,
            1,
            10_000_000,
            "clients",
            "registrations without a grant that must be stored since their id cannot hold them"),
    REGISTRATIONS_PER_MINUTE_MAX(
            LIMITS,
            6_000,
            1,
            10_000_000,
            "clients",
            "registering in a minute, whoever they are; more are told to wait"),
    CLIENT_DOCUMENT_BYTES_MAX(
            LIMITS, 64 * 1024, 1_024, 1_048_576, "bytes", "a document or key set of a client, as fetched"),
    CLIENT_DOCUMENT_FETCHES_MAX(LIMITS, 32, 1, 10_000, "requests", "for documents and keys of clients at a time"),
    CLIENT_DOCUMENTS_PER_HOST_MAX(
            LIMITS, 30, 1, 100_000, "requests", "for documents and keys of clients to one host in a minute"),
    CLIENT_DOCUMENT_TABLE_BYTES_MAX(
            LIMITS, 16 * 1024 * 1024, 65_536, Integer.MAX_VALUE, "bytes", "of fetched documents kept, and of key sets"),
    PENDING_SIGN_INS_MAX(LIMITS, 100_000, 10, 10_000_000, "sign-ins", "on the way to the identity provider at a time"),
    CLIENT_FAILURES_MAX(
            LIMITS,
            20,
            1,
            1_000_000,
            "failures",
            "of one client to authenticate from one address, at once; then 429, and one more each 15 s"),
    DPOP_PROOFS_MAX(LIMITS, 100_000, 100, 10_000_000, "proofs", "known to be used without asking the store"),
    FETCHES_MAX(LIMITS, 64, 1, 10_000, "requests", "to the identity provider at a time"),
    PROVIDER_SECONDS(LIMITS, 10, 1, 60, "seconds", "for one request to the identity provider"),
    IMAGE_SECONDS(LIMITS, 50, 1, 600, "seconds", "for one image; less than TOOL_SECONDS, so that the answer says why"),
    IMAGE_BYTES_MAX(LIMITS, 8 * 1024 * 1024, 1_024, 16 * 1024 * 1024, "bytes", "answer of the image service");

    /** What a setting is about: a heading of {@code --help}. */
    public enum Group {
        LISTENER("Where the server is"),
        SIGN_IN("Who signs in, and how"),
        GRANTS("Which ways to tokens are open beside signing in"),
        STORAGE("What is remembered"),
        IMAGES("Images"),
        CLIENTS("Which clients there are"),
        LIVES("How long things live"),
        OPERATION("Operation"),
        LIMITS("Limits");

        private final String title;

        Group(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }
    }

    /** How its text is read. */
    enum Kind {
        TEXT,
        /** Never printed. */
        SECRET,
        /** {@code on} or {@code off}. */
        SWITCH,
        /** A whole number between two bounds. */
        NUMBER,
        /** Not read by the server but by the script that starts it. */
        SCRIPT
    }

    private final Group group;
    private final Kind kind;
    private final String defaultText;
    private final String meaning;
    private final String example;
    private final String unit;
    private final int min;
    private final int max;

    Setting(Group group, String defaultText, String meaning, String example) {
        this(group, Kind.TEXT, defaultText, meaning, example);
    }

    Setting(Group group, Kind kind, String defaultText, String meaning, String example) {
        this(group, kind, defaultText, meaning, example, "", 0, 0);
    }

    Setting(Group group, int defaultNumber, int min, int max, String unit, String meaning) {
        this(
                group,
                Kind.NUMBER,
                Integer.toString(defaultNumber),
                meaning,
                Integer.toString(defaultNumber),
                unit,
                min,
                max);
    }

    Setting(Group group, Kind kind, String defaultText, String meaning, String example, String unit, int min, int max) {
        this.group = group;
        this.kind = kind;
        this.defaultText = defaultText;
        this.meaning = meaning;
        this.example = example;
        this.unit = unit;
        this.min = min;
        this.max = max;
    }

    public Group group() {
        return group;
    }

    Kind kind() {
        return kind;
    }

    /** @return what holds when nothing is set; empty for nothing */
    public String defaultText() {
        return defaultText;
    }

    /** @return one sentence for operators */
    public String meaning() {
        return meaning;
    }

    /** @return a value that could stand there */
    public String example() {
        return example;
    }

    /** @return what a number counts; empty for texts */
    public String unit() {
        return unit;
    }

    /** @return the least number allowed */
    int min() {
        return min;
    }

    /** @return the greatest number allowed */
    int max() {
        return max;
    }

    public boolean isSecret() {
        return kind == Kind.SECRET;
    }

    /** @return the name as {@code portcullis.yaml} usually has it, e.g. {@code access-client-id} */
    public String yamlName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The settings of a group, in order. */
    public static List<Setting> of(Group group) {
        return Arrays.stream(values()).filter(setting -> setting.group == group).toList();
    }

    /** @return the setting of exactly this name; null if there is none */
    static @Nullable Setting named(String name) {
        for (Setting setting : values()) {
            if (setting.name().equals(name)) {
                return setting;
            }
        }
        return null;
    }

    /** @return the setting whose name looks most like a wrong one; null if none does */
    static @Nullable Setting closestTo(String wrong) {
        String letters = lettersOf(wrong);
        if (letters.length() > 64) {
            return null;
        }
        Setting closest = null;
        int least = Math.max(2, letters.length() / 4) + 1;
        for (Setting setting : values()) {
            int distance = editDistance(letters, lettersOf(setting.name()));
            if (distance < least) {
                least = distance;
                closest = setting;
            }
        }
        return closest;
    }

    /** Case, dashes and underscores are the usual slips: they cost nothing. */
    private static String lettersOf(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "").toUpperCase(Locale.ROOT);
    }

    /** How many letters must be put in, taken out or changed (Levenshtein). */
    private static int editDistance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        Arrays.setAll(previous, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(changed, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
