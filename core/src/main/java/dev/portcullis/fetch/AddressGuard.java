package dev.portcullis.fetch;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides where we may connect (O-123, T-79). A URL passes twice: its text when the request begins, then the addresses of its name, resolved once; the
 * connection goes to an address that was looked at, so that a name cannot answer one thing to the check and another to the connection. Every refusal reads the
 * same; the cause stands in the debug log only. Immutable, any thread; resolving blocks.
 */
public final class AddressGuard {
    private static final Logger LOG = System.getLogger(AddressGuard.class.getName());
    private static final String REFUSAL = "the address is not one we connect to";
    private static final int HOST_CHARS_MAX = 253;
    private static final int HTTPS_PORT = 443;

    /** Names that never mean a public host (RFC 6761, RFC 6762, RFC 7686, RFC 8375, and the private-use .internal). */
    private static final List<String> PRIVATE_SUFFIXES =
            List.of(".localhost", ".local", ".internal", ".home.arpa", ".invalid", ".onion");

    private final Set<String> allowed;
    private final Resolver resolver;
    private final Set<Integer> strangersPorts;

    /** Names to addresses. */
    @FunctionalInterface
    public interface Resolver {
        /** The resolver of the operating system. */
        Resolver SYSTEM = InetAddress::getAllByName;

        /** @return all addresses of a name, at least one */
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /**
     * @param allowed {@code host:port} of servers on this machine that strangers' URLs may name, by http too (for development and tests); they pass only if
     *     the host resolves to loopback addresses alone
     * @throws IllegalArgumentException an entry that is not {@code host:port}
     */
    public AddressGuard(Set<String> allowed, Resolver resolver) {
        this(allowed, resolver, Set.of(HTTPS_PORT));
    }

    /** @param strangersPorts what ports strangers' URLs may name (O-121) */
    public AddressGuard(Set<String> allowed, Resolver resolver, Set<Integer> strangersPorts) {
        for (String entry : allowed) {
            if (!entry.matches("(?:[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+]):[0-9]{1,5}")) {
                throw new IllegalArgumentException("not host:port: " + entry);
            }
        }
        this.allowed = Set.copyOf(
                allowed.stream().map(entry -> entry.toLowerCase(Locale.ROOT)).toList());
        this.resolver = resolver;
        this.strangersPorts = Set.copyOf(strangersPorts);
    }

    /** Nothing allowed beyond the rules, names resolved by the system. */
    public AddressGuard() {
        this(Set.of(), Resolver.SYSTEM);
    }

    /**
     * Looks at the text of a URL.
     *
     * @throws FetchException ADDRESS
     */
    void checkUri(URI uri, Destination destination) throws FetchException {
        String flaw = flawOf(uri, destination);
        if (flaw != null) {
            LOG.log(Level.DEBUG, () -> "refused to fetch: " + flaw);
            throw new FetchException(FetchException.Reason.ADDRESS, REFUSAL);
        }
    }

    /**
     * Resolves a name and looks at all its addresses.
     *
     * @param secure whether TLS will be spoken
     * @return addresses to connect to, all of which passed
     * @throws RefusedAddress one of them is not allowed
     */
    List<InetSocketAddress> resolve(String host, int port, boolean secure, Destination destination)
            throws UnknownHostException {
        var addresses = new ArrayList<InetSocketAddress>();
        boolean loopbackOnly = destination == Destination.CONFIGURED ? !secure : isAllowed(host, port);
        for (InetAddress address : resolver.resolve(unbracketed(host))) {
            boolean passes = loopbackOnly
                    ? address.isLoopbackAddress()
                    : destination == Destination.CONFIGURED || PublicAddress.isPublic(address);
            if (!passes) {
                LOG.log(Level.DEBUG, () -> "refused to fetch: the name has the address " + address.getHostAddress());
                throw new RefusedAddress();
            }
            addresses.add(new InetSocketAddress(address, port));
        }
        if (addresses.isEmpty()) {
            throw new UnknownHostException("no address");
        }
        return addresses;
    }

    private @Nullable String flawOf(URI uri, Destination destination) {
        String host = uri.getHost();
        String scheme = uri.getScheme();
        if (scheme == null || host == null || host.isEmpty() || host.length() > HOST_CHARS_MAX) {
            return "no scheme, or a host that is neither a DNS name nor an address";
        }
        if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            return "user info or a fragment";
        }
        boolean secure = scheme.equalsIgnoreCase("https");
        if (!secure && !scheme.equalsIgnoreCase("http")) {
            return "a scheme other than http and https";
        }
        return switch (destination) {
            case CONFIGURED -> secure || isLoopbackHost(host) ? null : "http off loopback";
            case STRANGER ->
                isAllowed(host, portOf(uri)) ? null : secure ? flawOfStrangersHost(uri, host) : "http, not https";
        };
    }

    private @Nullable String flawOfStrangersHost(URI uri, String host) {
        String name = host.toLowerCase(Locale.ROOT);
        if (!strangersPorts.contains(portOf(uri))) {
            return "a port other than " + strangersPorts;
        }
        if (name.startsWith("[") || endsInNumber(name)) {
            return "an address in place of a name";
        }
        if (name.endsWith(".") || name.indexOf('.') < 0) {
            return "a trailing dot or a single label";
        }
        return PRIVATE_SUFFIXES.stream().anyMatch(name::endsWith) ? "a name of private use" : null;
    }

    /** Whether some parser would read the host as IPv4: {@code 2130706433}, {@code 0x7f.1}, {@code 0177.0.0.1} (WHATWG URL, "ends in a number"). */
    private static boolean endsInNumber(String host) {
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        String last = name.substring(name.lastIndexOf('.') + 1);
        return !last.isEmpty() && (last.chars().allMatch(c -> c >= '0' && c <= '9') || last.startsWith("0x"));
    }

    /** Whether http may be spoken to this host: the text says this machine; that it resolves so is checked when it is resolved. */
    public static boolean isLoopbackHost(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.equals("[::1]")
                || host.equals("::1")
                || host.matches("127\\.(?:[0-9]{1,3}\\.){2}[0-9]{1,3}");
    }

    /** Whether the operator has named the server of this URL as one that may be reached although it is on this machine. */
    public boolean isAllowed(URI uri) {
        return uri.getHost() != null && isAllowed(uri.getHost(), portOf(uri));
    }

    private boolean isAllowed(String host, int port) {
        return allowed.contains(host.toLowerCase(Locale.ROOT) + ":" + port)
                || allowed.contains("[" + host.toLowerCase(Locale.ROOT) + "]:" + port);
    }

    private static int portOf(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? HTTPS_PORT : 80;
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    static FetchException refusal() {
        return new FetchException(FetchException.Reason.ADDRESS, REFUSAL);
    }

    /** Thrown through the HTTP client's resolver hook. */
    static final class RefusedAddress extends UnknownHostException {
        private static final long serialVersionUID = 1;

        RefusedAddress() {
            super(REFUSAL);
        }
    }
}
