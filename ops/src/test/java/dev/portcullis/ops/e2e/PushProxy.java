package dev.portcullis.ops.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** Stands between one node and Redis, and can hold back what Redis pushes (over the connections that subscribe) while the rest goes on. Connections are pairs of virtual threads. */
final class PushProxy implements AutoCloseable {
    private static final long LOOK_NANOS = 1_000_000;

    private final ServerSocket listener;
    private final int redisPort;
    private final Set<Socket> all = ConcurrentHashMap.newKeySet();
    private final Set<Socket> subscribed = ConcurrentHashMap.newKeySet();
    private volatile boolean isSilent;

    PushProxy(int redisPort) throws IOException {
        this.redisPort = redisPort;
        this.listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.startVirtualThread(this::accept);
    }

    String url() {
        return "redis://127.0.0.1:" + listener.getLocalPort();
    }

    /** @return how many connections subscribe now */
    int subscribed() {
        return subscribed.size();
    }

    /** Holds back what Redis pushes, as a network does that loses all packets: nobody is told that a connection has gone. */
    void silencePush(boolean changed) {
        isSilent = changed;
    }

    @Override
    public void close() {
        closeQuietly(listener);
        all.forEach(PushProxy::closeQuietly);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket redis = new Socket(InetAddress.getLoopbackAddress(), redisPort);
                client.setTcpNoDelay(true);
                redis.setTcpNoDelay(true);
                all.add(client);
                Thread.startVirtualThread(() -> pipe(client, redis, true));
                Thread.startVirtualThread(() -> pipe(redis, client, false));
            } catch (IOException e) {
                // Closed; or Redis is not there, and then the node finds that out.
            }
        }
    }

    private void pipe(Socket from, Socket to, boolean isFromNode) {
        byte[] bytes = new byte[16_384];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                if (isFromNode && isSubscription(bytes, read)) {
                    subscribed.add(from);
                }
                while (isSilent && !isFromNode && subscribed.contains(to)) {
                    LockSupport.parkNanos(LOOK_NANOS);
                }
                out.write(bytes, 0, read);
            }
        } catch (IOException e) {
            // The other side has ended.
        } finally {
            all.remove(from);
            subscribed.remove(from);
        }
    }

    private static boolean isSubscription(byte[] bytes, int length) {
        String text = new String(bytes, 0, Math.min(length, 256), StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
        return text.contains("SUBSCRIBE\r\n");
    }

    private static void closeQuietly(AutoCloseable closing) {
        try {
            closing.close();
        } catch (Exception e) {
            // It is gone anyway.
        }
    }
}
