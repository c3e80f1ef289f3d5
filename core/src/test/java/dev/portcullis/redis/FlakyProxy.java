package dev.portcullis.redis;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A network between a client and a server on loopback, which can be slow, cut, or swallow all that is sent. */
public final class FlakyProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final int target;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private volatile boolean swallowing;
    private volatile boolean refusing;
    private volatile int delayMillis;

    /** @param target a port on loopback */
    public FlakyProxy(int target) {
        this.target = target;
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().start(this::accept);
    }

    public int port() {
        return listening.getLocalPort();
    }

    public String url() {
        return "redis://127.0.0.1:" + port();
    }

    /** Cuts all connections; new ones are cut at once, until {@link #mend}. */
    public void cut() {
        refusing = true;
        cutOnce();
    }

    /** Cuts all connections that there are. */
    public void cutOnce() {
        open.forEach(FlakyProxy::closeQuietly);
    }

    /** Bytes vanish on their way, and connections stay; what vanished does not come later: those connections are of no use any more. */
    public void swallow() {
        swallowing = true;
    }

    /** Every piece of data is that late, in each direction. */
    public void delay(int millis) {
        delayMillis = millis;
    }

    /** As if nothing had been, for new connections. */
    public void mend() {
        refusing = false;
        swallowing = false;
        delayMillis = 0;
    }

    private void accept() {
        try {
            while (true) {
                var client = listening.accept();
                if (refusing) {
                    client.close();
                    continue;
                }
                Socket server;
                try {
                    server = new Socket(InetAddress.getLoopbackAddress(), target);
                } catch (IOException e) { // the server is not there now
                    client.close();
                    continue;
                }
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                open.add(client);
                open.add(server);
                Thread.ofPlatform().daemon().start(() -> carry(client, server));
                Thread.ofPlatform().daemon().start(() -> carry(server, client));
            }
        } catch (IOException e) {
            closeQuietly(listening); // nobody is let in any more
        }
    }

    private void carry(Socket from, Socket to) {
        boolean dead = false;
        try (from;
                to) {
            byte[] bytes = new byte[16_384];
            for (int count = from.getInputStream().read(bytes);
                    count >= 0;
                    count = from.getInputStream().read(bytes)) {
                dead |= swallowing;
                if (delayMillis > 0) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(delayMillis));
                }
                if (!dead) {
                    to.getOutputStream().write(bytes, 0, count);
                }
            }
        } catch (IOException e) {
            // cut
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static void closeQuietly(Closeable each) {
        try {
            each.close();
        } catch (IOException e) {
            // it is closed
        }
    }

    @Override
    public void close() {
        closeQuietly(listening);
        cutOnce();
    }
}
