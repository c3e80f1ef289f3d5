package dev.portcullis.ops.e2e;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls {@code add} with one token over some kept connections, each as soon as the answer before is there, but no more often than is asked for. As little work as can be, since the server
 * under test has only the rest of the machine.
 */
final class Load implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final byte[] request;
    private final int port;
    private final long nanosBetween;
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final LongAdder accepted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder unavailable = new LongAdder();
    private final AtomicLong lastAccepted = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong firstRefused = new AtomicLong(Long.MAX_VALUE);
    private final List<Thread> threads = new ArrayList<>();

    /**
     * Begins.
     *
     * @param perSecond of all connections together; 0: as many as there can be
     */
    Load(int port, String token, int connections, int perSecond) {
        this.port = port;
        this.nanosBetween = perSecond == 0 ? 0 : 1_000_000_000L * connections / perSecond;
        String body = """
                {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":2,"b":3},\
                "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}""";
        this.request = ("POST /mcp HTTP/1.1\r\nHost: localhost:" + port + "\r\nAuthorization: Bearer " + token
                        + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
                        + "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: add\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < connections; i++) {
            threads.add(Thread.ofPlatform().daemon().name("load-" + i).start(this::run));
        }
    }

    /** How many calls have been answered. */
    long accepted() {
        return accepted.sum();
    }

    /** How many have got 401. */
    long refused() {
        return refused.sum();
    }

    /** How many have got something else. */
    long unavailable() {
        return unavailable.sum();
    }

    /** @return by {@link System#nanoTime}, when the latest call was sent that was answered */
    long lastAccepted() {
        return lastAccepted.get();
    }

    /** @return by the same clock, when the first 401 had come; {@link Long#MAX_VALUE} if none has */
    long firstRefused() {
        return firstRefused.get();
    }

    private void run() {
        while (running.get()) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(TIMEOUT_MILLIS);
                callOver(socket);
            } catch (IOException e) {
                unavailable.increment(); // the server ended the connection, as it may after it refused
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private void callOver(Socket socket) throws IOException {
        var in = new BufferedInputStream(socket.getInputStream(), 8_192);
        var out = socket.getOutputStream();
        long next = System.nanoTime();
        while (running.get()) {
            long sent = System.nanoTime();
            out.write(request);
            switch (readAnswer(in)) {
                case 200 -> {
                    accepted.increment();
                    lastAccepted.accumulateAndGet(sent, Math::max);
                }
                case 401 -> {
                    firstRefused.accumulateAndGet(System.nanoTime(), Math::min);
                    refused.increment();
                }
                default -> unavailable.increment();
            }
            next = Math.max(next + nanosBetween, System.nanoTime() - nanosBetween);
            if (next > System.nanoTime()) {
                LockSupport.parkNanos(next - System.nanoTime());
            }
        }
    }

    /** @return its status; the answer has been read to its end */
    private static int readAnswer(InputStream in) throws IOException {
        var line = new StringBuilder(128);
        int status = Integer.parseInt(readLine(in, line).substring(9, 12));
        int length = 0;
        while (!readLine(in, line).isEmpty()) {
            if (line.length() > 15 && "content-length:".equalsIgnoreCase(line.substring(0, 15))) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        in.skipNBytes(length);
        return status;
    }

    private static String readLine(InputStream in, StringBuilder line) throws IOException {
        line.setLength(0);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("the connection has ended");
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        running.set(false);
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        for (Thread thread : threads) {
            boolean isInterrupted = false;
            try {
                thread.join(TIMEOUT_MILLIS);
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
