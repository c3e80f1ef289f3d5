package dev.portcullis.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A socket that reaches its peer through a tunnel of an HTTP proxy (CONNECT, RFC 9110 §9.3.6). The tunnel is asked for by address, the one that the
 * {@link AddressGuard} has looked at: the proxy resolves no name, and so cannot be told another. TLS comes on top, with the peer's name. One thread.
 */
final class TunnelSocket extends Socket {
    private static final int HEAD_BYTES_MAX = 8_192;

    private final EgressProxy proxy;

    TunnelSocket(EgressProxy proxy) {
        this.proxy = proxy;
    }

    @Override
    public void connect(SocketAddress peer) throws IOException {
        connect(peer, 0);
    }

    @Override
    public void connect(SocketAddress peer, int timeoutMillis) throws IOException {
        super.connect(new InetSocketAddress(proxy.host(), proxy.port()), timeoutMillis);
        setSoTimeout(timeoutMillis);
        String authority = authority((InetSocketAddress) peer);
        String request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
        getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String head = readHead(getInputStream());
        if (!head.matches("(?s)HTTP/1\\.[01] 200[ \\r].*")) {
            throw new ConnectException("the proxy gave no tunnel");
        }
    }

    private static String authority(InetSocketAddress peer) {
        String address = peer.getAddress().getHostAddress();
        return (peer.getAddress() instanceof Inet6Address ? "[" + address + "]" : address) + ":" + peer.getPort();
    }

    /** Byte by byte, so that nothing is taken of what follows: it is the peer's. */
    private static String readHead(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
            int next = in.read();
            if (next < 0 || head.length() == HEAD_BYTES_MAX) {
                throw new ConnectException("the proxy does not speak HTTP");
            }
            head.append((char) next);
        }
        return head.toString();
    }
}
