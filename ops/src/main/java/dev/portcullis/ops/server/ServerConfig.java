package dev.portcullis.ops.server;

import dev.portcullis.endpoint.mcp.Priming;
import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.redis.RedisSettings;
import dev.portcullis.sse.SseStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that the server is told at start, checked by {@link ConfigLoader} and ready for use. {@link Setting} says what each value means. Prints no secret.
 *
 * @param listen public listener; port 0 for any
 * @param publicUrl the origin clients see, without a trailing slash; all we say about ourselves comes from here (O-2). Its port is 0 until the listener has one
 * @param isLocal whether only this machine can reach us: HOST and PUBLIC_URL are loopback
 * @param isSseOnMcp whether {@code /mcp} takes clients of HTTP+SSE as well (H-6)
 * @param priming when streams begin with an id alone (H-124)
 * @param management listener of metrics and health; port 0 for any
 * @param isAuthOn false: everybody is {@code Principal.ANONYMOUS}; only if local
 * @param signInBy who signs people in
 * @param masterKey where the one secret comes from
 * @param allowedEmails lower-cased; for them {@code generateImage} is there
 * @param store where grants are kept
 * @param images what draws
 * @param doors Origin and Host rules
 * @param isRateLimited false only if local
 * @param fetchAllow private peers that outgoing requests may reach; empty unless local
 * @param authorization the authorization server
 * @param lives lifetimes of what is issued
 * @param limits everything that has an upper bound
 * @param logLevel of our own loggers
 * @param drainSeconds how long running requests may take to end at shutdown
 */
public record ServerConfig(
        InetSocketAddress listen,
        URI publicUrl,
        boolean isLocal,
        boolean isSseOnMcp,
        Priming priming,
        InetSocketAddress management,
        boolean isAuthOn,
        SignInBy signInBy,
        KeySource masterKey,
        Set<String> allowedEmails,
        StoreLocation store,
        Images images,
        Doors doors,
        boolean isRateLimited,
        List<HostPort> fetchAllow,
        AuthorizationConfig authorization,
        OAuthSettings.Lives lives,
        Limits limits,
        System.Logger.Level logLevel,
        int drainSeconds) {
    public ServerConfig {
        allowedEmails = Set.copyOf(allowedEmails);
        fetchAllow = List.copyOf(fetchAllow);
    }

    /** These settings with the ports that were really bound, where port 0 left the choice open; a public URL that was not set follows. */
    ServerConfig listeningOn(InetSocketAddress boundListen, InetSocketAddress boundManagement) {
        return new ServerConfig(
                boundListen,
                publicUrl.getPort() == 0 ? Origins.localhost(boundListen.getPort()) : publicUrl,
                isLocal,
                isSseOnMcp,
                priming,
                boundManagement,
                isAuthOn,
                signInBy,
                masterKey,
                allowedEmails,
                store,
                images,
                doors,
                isRateLimited,
                fetchAllow,
                authorization,
                lives,
                limits,
                logLevel,
                drainSeconds);
    }

    /** These settings with the stand-in where it really listens. */
    ServerConfig signingInBy(SignInBy.LocalStandIn standIn) {
        return new ServerConfig(
                listen,
                publicUrl,
                isLocal,
                isSseOnMcp,
                priming,
                management,
                isAuthOn,
                standIn,
                masterKey,
                allowedEmails,
                store,
                images,
                doors,
                isRateLimited,
                fetchAllow,
                authorization,
                lives,
                limits,
                logLevel,
                drainSeconds);
    }

    /** @return all that a client can be given */
    public Scopes scopes() {
        return authorization.policy().scopes().all();
    }

    /** @return the scopes that a client is given that asks for none */
    public Scopes defaultScopes() {
        return authorization.policy().scopes().defaults();
    }

    /** @return the URL to give to a client: the MCP endpoint, and the default resource of tokens */
    public URI mcpUrl() {
        return URI.create(publicUrl + "/mcp");
    }

    /** @return where the identity provider sends browsers back to */
    public URI callbackUrl() {
        return URI.create(publicUrl + "/callback");
    }

    /** Who signs people in. */
    public sealed interface SignInBy {
        /**
         * An Access for SaaS application, or a client at any OpenID provider.
         *
         * @param clientSecret null for an application with PKCE alone
         * @param issuer {@code iss} of its ID tokens
         * @param endpoints null: to be discovered at the issuer
         */
        record Access(
                String clientId,
                @Nullable Secret clientSecret,
                URI issuer,
                @Nullable Endpoints endpoints) implements SignInBy {}

        /**
         * The stand-in that we start ourselves, on loopback.
         *
         * @param port its port on 127.0.0.1; 0 for any
         */
        record LocalStandIn(int port) implements SignInBy {}
    }

    /** Where an identity provider's endpoints are, told instead of discovered. */
    public record Endpoints(URI authorization, URI token, URI jwks) {}

    /** Where the master secret comes from; {@link MasterKeyFile} makes a key of it. */
    public sealed interface KeySource {
        /**
         * It was set.
         *
         * @param earlier those it replaces, latest first: they open what they sealed
         */
        record Given(Secret secret, List<Secret> earlier) implements KeySource {}

        /** It is generated once and kept in a file that only we can read. */
        record KeptIn(Path file) implements KeySource {}

        /** It is generated and forgotten at exit, as the {@code memory:} store is. */
        record Fleeting() implements KeySource {}
    }

    /** Where grants are kept. */
    public sealed interface StoreLocation {
        /** In a file: embedded, durable. */
        record InFile(Path file) implements StoreLocation {}

        /** In memory: forgotten at exit. */
        record InMemory() implements StoreLocation {}

        /** In Redis, which other nodes share. */
        record InRedis(RedisSettings redis) implements StoreLocation {}
    }

    /** What draws for {@code generateImage}. */
    public sealed interface Images {
        /** Cloudflare's Workers AI over REST. */
        record WorkersAi(URI api, String accountId, Secret apiToken, String model) implements Images {}

        /** A local picture that says that it is one. */
        record LocalPreview() implements Images {}
    }

    /**
     * Which Origin and Host headers are answered beside those of the public URL (H-10, H-11, T-50).
     *
     * @param moreOrigins {@code scheme://host[:port]} each, lower-cased
     * @param moreHosts {@code host} (any port) or {@code host:port} each, lower-cased
     * @param isLoopback whether loopback names at any port are among both
     */
    public record Doors(Set<String> moreOrigins, Set<String> moreHosts, boolean isLoopback) {
        public Doors {
            moreOrigins = Set.copyOf(moreOrigins);
            moreHosts = Set.copyOf(moreHosts);
        }
    }

    /** A peer of outgoing requests. */
    public record HostPort(String host, int port) {}

    /** Every limit, by the room that keeps it. Each is a {@link Setting} of the same words, in whose unit it was given. */
    public record Limits(
            Http http,
            SseStream.SseLimits stream,
            Sessions sessions,
            Rates rates,
            Tools tools,
            Tasks tasks,
            Tokens tokens,
            Provided provided,
            int offloadMax) {}

    /**
     * Limits of HTTP (T-4, T-5, T-6).
     *
     * @param connectionsMax open at the public listener
     * @param connectionsPerAddressMax open from one address
     * @param requestLineBytesMax method, target, version
     * @param headerBytesMax all header fields
     * @param headerFieldsMax how many
     * @param mcpBodyBytesMax body of an MCP request
     * @param headerMillis for the whole request head
     * @param bodyMillis for the whole body
     * @param requestMillis from head to answer, streams aside
     * @param writeStallMillis a peer may take nothing of an answer
     * @param writeProgressBytesMin bytes a peer must take in that time
     * @param idleMillis between requests
     * @param discardedBytesMax of a body nobody wants that are read to save the connection
     * @param bodiesBytesMax of bodies held at a time over all connections, of callers with a token and of others each; 0: a 16th of the heap
     * @param lingerMillis a connection that we end is still read
     */
    public record Http(
            int connectionsMax,
            int connectionsPerAddressMax,
            int requestLineBytesMax,
            int headerBytesMax,
            int headerFieldsMax,
            int mcpBodyBytesMax,
            int headerMillis,
            int bodyMillis,
            int requestMillis,
            int writeStallMillis,
            int writeProgressBytesMin,
            int idleMillis,
            int discardedBytesMax,
            int bodiesBytesMax,
            int lingerMillis) {}

    /**
     * Token buckets, one an address (O-131, T-32).
     *
     * @param perSecond lasting rate, requests a second
     * @param burst requests at once
     */
    public record Rates(int perSecond, int burst) {}

    /**
     * Limits of sessions and of what is remembered for them (T-31, T-32).
     *
     * @param lifeSeconds of a session at most
     * @param idleSeconds one of which something is remembered may rest
     * @param rememberedMax of which something is remembered
     * @param rememberedPerPersonMax of them, one person's
     * @param subscriptionsMax resources that one follows
     * @param streamsMax open at a time, those of running calls aside
     * @param streamsPerPersonMax of them, one person's
     * @param replaySeconds a call's stream is kept after its end
     * @param replayBytesMax of kept events; 0: a 16th of the heap
     */
    public record Sessions(
            int lifeSeconds,
            int idleSeconds,
            int rememberedMax,
            int rememberedPerPersonMax,
            int subscriptionsMax,
            int streamsMax,
            int streamsPerPersonMax,
            int replaySeconds,
            int replayBytesMax) {}

    /**
     * Limits of calls and lists.
     *
     * @param callsMax running at a time
     * @param callsPerPersonMax running at a time for one person
     * @param callMillis for one call
     * @param answerMillis for the client's answers to what one call asks
     * @param logsPerSecondMax log messages of one call
     * @param listPageMax items of a list in one answer
     * @param listTtlMillis clients may keep a list
     */
    public record Tools(
            int callsMax,
            int callsPerPersonMax,
            int callMillis,
            int answerMillis,
            int logsPerSecondMax,
            int listPageMax,
            int listTtlMillis) {}

    /**
     * Limits of tasks (T-39).
     *
     * @param ttlMillis kept, if the client does not say
     * @param ttlMillisMax kept at most
     * @param runMillisMax for the work
     * @param keptMax at a time
     * @param keptPerPersonMax of them, one person's
     * @param resultBytesMax of all kept results
     * @param resultBytesPerPersonMax of them, one person's
     */
    public record Tasks(
            int ttlMillis,
            int ttlMillisMax,
            int runMillisMax,
            int keptMax,
            int keptPerPersonMax,
            int resultBytesMax,
            int resultBytesPerPersonMax) {}

    /**
     * Limits of what the authorization server remembers.
     *
     * @param knownMax tokens known without asking the store
     * @param bogusMax tokens known to be wrong without asking the store
     * @param storedClientsMax registrations that must be stored since their id cannot hold them
     * @param pendingSignInsMax people on the way to the identity provider at a time
     */
    public record Tokens(int knownMax, int bogusMax, int storedClientsMax, int pendingSignInsMax) {}

    /**
     * Limits of what others do for us.
     *
     * @param fetchesMax requests to the identity provider at a time
     * @param providerMillis for one request to the identity provider
     * @param imageMillis for one image
     * @param imageBytesMax answer of the image service
     */
    public record Provided(int fetchesMax, int providerMillis, int imageMillis, int imageBytesMax) {}
}
