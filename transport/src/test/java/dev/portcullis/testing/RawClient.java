package dev.portcullis.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A socket that sends what it is told, byte for byte, and reads answers (RFC 9112). */
public final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    public final Socket socket;
    private final InputStream in;

    RawClient(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** To a server of a test's own. */
    public static RawClient connect(int port) {
        return new RawClient(port);
    }

    /** An answer; names of headers are in lower case. */
    public record Answer(int status, Map<String, String> headers, String body) {
        public String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    /** Sends Latin-1 text. */
    public RawClient send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawClient send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends what it can: the server may have ended the connection already. */
    public RawClient sendIfOpen(String text) {
        try {
            return send(text);
        } catch (UncheckedIOException closed) {
            return this;
        }
    }

    /** Reads a whole answer; {@code 100 Continue} is one, too. */
    public Answer read() {
        try {
            Answer head = readHead();
            boolean bodiless = head.status() < 200 || head.status() == 204 || head.status() == 304;
            String body = bodiless ? "" : readBody(head);
            return new Answer(head.status(), head.headers(), body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads status and headers only: of a stream, or the answer to HEAD. */
    public Answer readHead() {
        try {
            String[] status = readLine().split(" ", 3);
            var headers = new LinkedHashMap<String, String>();
            for (String line = readLine(); !line.isEmpty(); line = readLine()) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            return new Answer(Integer.parseInt(status[1]), headers, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String readBody(Answer head) throws IOException {
        if (head.header("transfer-encoding").equals("chunked")) {
            var whole = new StringBuilder();
            for (String chunk = readChunk(); !chunk.isEmpty(); chunk = readChunk()) {
                whole.append(chunk);
            }
            return whole.toString();
        }
        String length = head.header("content-length");
        byte[] body = length.isEmpty() ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Reads so many bytes of a body. */
    public String readBytes(int count) {
        try {
            return new String(in.readNBytes(count), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads one chunk of a stream; empty at its end. */
    public String readChunk() {
        try {
            int length = Integer.parseInt(readLine(), 16);
            byte[] chunk = in.readNBytes(length);
            readLine();
            return new String(chunk, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads what is left until the server ends the connection; a reset ends it, too. */
    public String readRest() {
        var rest = new ByteArrayOutputStream();
        try {
            for (int b = in.read(); b >= 0; b = in.read()) {
                rest.write(b);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new UncheckedIOException("the server did not end the connection; it sent " + rest, e);
        } catch (IOException reset) {
            return rest.toString(StandardCharsets.UTF_8);
        }
        return rest.toString(StandardCharsets.UTF_8);
    }

    private String readLine() throws IOException {
        var line = new StringBuilder();
        int b = in.read();
        while (b >= 0 && b != '\n') {
            if (b != '\r') {
                line.append((char) b);
            }
            b = in.read();
        }
        if (b < 0) {
            throw new IOException("the connection ended within a line: " + line);
        }
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
