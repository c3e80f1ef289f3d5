package dev.portcullis.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is, as its URL says.
 *
 * @param kind what is found at {@code servers}
 * @param tls whether all of them are spoken to by TLS
 * @param servers the one server; or Sentinels; or some of the nodes of a cluster
 * @param master how Sentinels call what they watch over; empty elsewhere
 * @param database always 0 in a cluster
 */
public record RedisAddress(
        Kind kind,
        boolean tls,
        List<Server> servers,
        String master,
        int database,
        @Nullable String user,
        @Nullable String password) {
    private static final int PORT = 6379;
    private static final int SENTINEL_PORT = 26379;
    private static final int PORT_MAX = 65_535;

    /** What a URL leads to. */
    public enum Kind {
        STANDALONE,
        SENTINEL,
        CLUSTER
    }

    /** @param host a name, or an address without brackets */
    public record Server(String host, int port) {
        @Override
        public String toString() {
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }

    public RedisAddress {
        servers = List.copyOf(servers);
    }

    /**
     * Reads {@code redis://[user:password@]host[:port][/database]}, {@code rediss://…}, {@code redis-sentinel://[user:password@]host[:port],host[:port][/database]#master},
     * {@code rediss-sentinel://…}, {@code redis-cluster://[user:password@]host[:port],host[:port]} and {@code rediss-cluster://…}.
     *
     * @throws IllegalArgumentException it is none of these; the message says why and holds nothing of the password
     */
    public static RedisAddress parse(String url) {
        int colon = url.indexOf("://");
        String scheme = colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
        Kind kind = switch (scheme) {
            case "redis", "rediss" -> Kind.STANDALONE;
            case "redis-sentinel", "rediss-sentinel" -> Kind.SENTINEL;
            case "redis-cluster", "rediss-cluster" -> Kind.CLUSTER;
            default ->
                throw new IllegalArgumentException(
                        "must begin with redis://, rediss://, redis-sentinel://, rediss-sentinel://, redis-cluster:// or rediss-cluster://");
        };
        return new Parser(kind, scheme.startsWith("rediss"), url.substring(colon + 3)).parse();
    }

    public RedisAddress withDatabase(int other) {
        return new RedisAddress(kind, tls, servers, master, other, user, password);
    }

    /** What stands behind the scheme. */
    private record Parser(Kind kind, boolean tls, String rest) {
        RedisAddress parse() {
            int hash = rest.indexOf('#');
            if (hash >= 0 && rest.indexOf('@', hash) >= 0) {
                // What stands before it may be part of a password, so nothing of it is repeated.
                throw new IllegalArgumentException(
                        "has a # before an @: within a name or a password it is written %23, and @ is written %40");
            }
            String master = hash < 0 ? "" : decode(rest.substring(hash + 1));
            String beforeHash = hash < 0 ? rest : rest.substring(0, hash);
            int at = beforeHash.lastIndexOf('@');
            String place = beforeHash.substring(at + 1);
            if (place.indexOf('?') >= 0) {
                throw new IllegalArgumentException(
                        "has parameters behind a question mark: there are settings for these");
            }
            int slash = place.indexOf('/');
            var servers = servers(slash < 0 ? place : place.substring(0, slash));
            int database = slash < 0 ? 0 : database(place.substring(slash + 1));
            if (kind == Kind.SENTINEL ? master.isEmpty() : hash >= 0) {
                throw new IllegalArgumentException(
                        kind == Kind.SENTINEL
                                ? "lacks the name that the Sentinels have for their master, such as #mymaster at its end"
                                : "has a name behind #, which only redis-sentinel:// takes");
            }
            if (kind == Kind.STANDALONE && servers.size() != 1) {
                throw new IllegalArgumentException(
                        "names several servers, which only redis-sentinel:// and redis-cluster:// take");
            }
            if (kind == Kind.CLUSTER && database != 0) {
                throw new IllegalArgumentException("names a database, and a cluster has none but 0");
            }
            if (at < 0) {
                return new RedisAddress(kind, tls, servers, master, database, null, null);
            }
            String login = beforeHash.substring(0, at);
            int colon = login.indexOf(':');
            String user = decode(colon < 0 ? "" : login.substring(0, colon));
            String password = decode(login.substring(colon + 1));
            return new RedisAddress(
                    kind,
                    tls,
                    servers,
                    master,
                    database,
                    user.isEmpty() ? null : user,
                    password.isEmpty() ? null : password);
        }

        private List<Server> servers(String list) {
            var servers = new ArrayList<Server>();
            for (String each : list.split(",", -1)) {
                servers.add(server(each.strip()));
            }
            return servers;
        }

        private Server server(String text) {
            try {
                var uri = new URI("redis://" + text);
                String host = uri.getHost();
                if (host == null || uri.getPort() > PORT_MAX || uri.getPort() == 0) {
                    throw new IllegalArgumentException("names a server that is not host or host:port: '" + text + "'");
                }
                int port = uri.getPort() < 0 ? (kind == Kind.SENTINEL ? SENTINEL_PORT : PORT) : uri.getPort();
                return new Server(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException("names a server that is not host or host:port: '" + text + "'", e);
            }
        }

        private static int database(String text) {
            if (text.isEmpty()) {
                return 0;
            }
            if (!text.matches("\\d{1,4}")) {
                throw new IllegalArgumentException("has '/" + text + "' where the number of a database may stand");
            }
            return Integer.parseInt(text);
        }

        private static String decode(String text) {
            try {
                return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("has a % in its name or password that begins no escape", null);
            }
        }
    }

    /** For logs and people: nothing of the password. */
    @Override
    public String toString() {
        String scheme = (tls ? "rediss" : "redis")
                + switch (kind) {
                    case STANDALONE -> "";
                    case SENTINEL -> "-sentinel";
                    case CLUSTER -> "-cluster";
                };
        String names = String.join(",", servers.stream().map(Server::toString).toList());
        return scheme + "://" + names + (database == 0 ? "" : "/" + database) + (master.isEmpty() ? "" : "#" + master);
    }
}
