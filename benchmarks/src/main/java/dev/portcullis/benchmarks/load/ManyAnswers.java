package dev.portcullis.benchmarks.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Sends many requests once each, and keeps what matters of each answer: for what a scenario needs before it can measure, where the JDK's client would take longer than
 * the measurement. Knows of HTTP what our answers need: Content-Length, no chunks.
 */
final class ManyAnswers {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final int LINE_CHARS_MAX = 16 * 1024;

    private final URI server;
    private final List<Request> requests;
    private final Function<Answer, String> part;
    private final AtomicInteger next = new AtomicInteger();
    private final String[] parts;

    private ManyAnswers(URI server, List<Request> requests, Function<Answer, String> part) {
        this.server = server;
        this.requests = requests;
        this.part = part;
        this.parts = new String[requests.size()];
    }

    /**
     * Blocks until all are answered.
     *
     * @param connections that are kept alive, with one request at a time each
     * @param part takes from an answer what is to be kept; throws {@link LoadException} if it is not what it should be
     * @return the parts, in the order of the requests
     * @throws LoadException one was not answered, or not as it should be
     */
    static List<String> of(URI server, List<Request> requests, int connections, Function<Answer, String> part)
            throws InterruptedException {
        var all = new ManyAnswers(server, requests, part);
        try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
            var working = new ArrayList<Future<?>>();
            for (int i = 0; i < connections; i++) {
                working.add(workers.submit(all::work));
            }
            for (var one : working) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof LoadException known ? known : new LoadException("a request failed", e);
        }
        return Arrays.asList(all.parts);
    }

    private Object work() throws IOException {
        try (var socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
            var in = new BufferedInputStream(socket.getInputStream(), LINE_CHARS_MAX);
            for (int i = next.getAndIncrement(); i < parts.length; i = next.getAndIncrement()) {
                socket.getOutputStream().write(bytes(server, requests.get(i)));
                parts[i] = part.apply(read(in));
            }
        }
        return parts;
    }

    /** As it goes over the wire. */
    static byte[] bytes(URI server, Request request) {
        var head = new StringBuilder(request.method() + ' ' + request.path() + " HTTP/1.1\r\n");
        head.append("host: ").append(server.getAuthority()).append("\r\n");
        request.headers().forEach(header -> head.append(header.getKey() + ": " + header.getValue() + "\r\n"));
        if (request.body().length > 0) {
            head.append("content-length: ").append(request.body().length).append("\r\n");
        }
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(request.body());
        return bytes.toByteArray();
    }

    private static Answer read(InputStream in) throws IOException {
        String statusLine = line(in);
        var headers = new ArrayList<Map.Entry<String, String>>();
        int length = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            String[] header = line.split(": *", 2);
            String name = header[0].toLowerCase(Locale.ROOT);
            headers.add(Map.entry(name, header[header.length - 1]));
            if (name.equals("content-length")) {
                length = Integer.parseInt(header[1]);
            }
        }
        return new Answer(Integer.parseInt(statusLine.split(" ", 3)[1]), headers, in.readNBytes(length));
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.length() > LINE_CHARS_MAX) {
                throw new LoadException("an answer breaks off: " + line);
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
