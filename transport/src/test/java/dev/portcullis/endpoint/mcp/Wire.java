package dev.portcullis.endpoint.mcp;

import dev.portcullis.testing.RawClient;
import dev.portcullis.testing.RawClient.Answer;
import dev.portcullis.testing.TestServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A whole server with all paths of MCP and real tokens, and what clients of each revision send it over sockets. */
final class Wire implements AutoCloseable {
    static final String MODERN = "2026-07-28";
    static final List<String> LEGACY = List.of("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05");

    /** Those that take batches, and those that do not (H-111). */
    static final List<String> BATCHING = List.of("2025-03-26", "2024-11-05");

    final McpFixture fixture;
    final TestServer server;
    private final Map<String, String> tokens = new ConcurrentHashMap<>();

    Wire(McpFixture fixture) {
        this.fixture = fixture;
        this.server = fixture.guardedServer();
    }

    Wire() {
        this(new McpFixture());
    }

    /** @return a person's token, for the main path */
    String token(String person) {
        return tokens.computeIfAbsent(person, name -> fixture.token(name, "/mcp"));
    }

    static String initialize(String version) {
        return "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"" + version
                + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";
    }

    /** @return the id of a new session of a person */
    String session(String person, String version) {
        var answer = send(person, "POST", "/mcp", initialize(version));
        return answer.header("mcp-session-id");
    }

    String session(String version) {
        return session("ada", version);
    }

    /** Sends one request on a connection of its own and reads its whole answer. */
    Answer send(String person, String method, String target, String body, String... headers) {
        try (var client = server.connect()) {
            write(client, person, method, target, body, headers);
            return client.read();
        }
    }

    Answer post(String body, String... headers) {
        return send("ada", "POST", "/mcp", body, headers);
    }

    /** A request in a session, or one that stands alone. */
    Answer request(String version, String session, String method, String members) {
        String body = McpFixture.request(method, members);
        return version.equals(MODERN)
                ? modern(method, "", members)
                : post(body, "Mcp-Session-Id", session, "MCP-Protocol-Version", version);
    }

    /** @param name value of {@code Mcp-Name}; empty for none */
    Answer modern(String method, String name, String members, String... headers) {
        var all = new java.util.ArrayList<>(List.of("MCP-Protocol-Version", MODERN, "Mcp-Method", method));
        if (!name.isEmpty()) {
            all.addAll(List.of("Mcp-Name", name));
        }
        all.addAll(List.of(headers));
        String comma = members.isEmpty() ? "" : ",";
        return post(McpFixture.request(method, members + comma + McpFixture.META), all.toArray(new String[0]));
    }

    /**
     * @param person whose token is sent; empty for none
     * @param headers name, value, name, value…; beside or instead of those of a well-behaved client; an empty value leaves one out
     */
    void write(RawClient client, String person, String method, String target, String body, String... headers) {
        write(client, person, method, target, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** The same of bytes. */
    void write(RawClient client, String person, String method, String target, byte[] bytes, String... headers) {
        var text = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        header(text, "Host", "localhost", headers);
        if (!person.isEmpty()) {
            header(text, "Authorization", "Bearer " + token(person), headers);
        }
        header(text, "Accept", "application/json, text/event-stream", headers);
        if (method.equals("POST")) {
            header(text, "Content-Type", "application/json", headers);
            header(text, "Content-Length", Integer.toString(bytes.length), headers);
        }
        for (int i = 0; i < headers.length; i += 2) {
            if (!headers[i + 1].equals("-")) {
                text.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
            }
        }
        byte[] head = text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        var all = new byte[head.length + bytes.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        client.send(all);
    }

    private static void header(StringBuilder text, String name, String value, String... instead) {
        for (int i = 0; i < instead.length; i += 2) {
            if (instead[i].equalsIgnoreCase(name)) {
                return;
            }
        }
        text.append(name).append(": ").append(value).append("\r\n");
    }

    /** Opens a stream by GET. */
    Stream open(String person, String target, String... headers) {
        var client = server.connect();
        write(client, person, "GET", target, "", headers);
        return new Stream(client);
    }

    /** A stream of HTTP+SSE that has told where to post. */
    LegacyClient legacy(String person) {
        return new LegacyClient(person, open(person, "/sse"));
    }

    /** An event. */
    record Event(String event, String id, String data) {}

    /** An open stream, event by event. */
    static final class Stream implements AutoCloseable {
        private final RawClient client;
        final Answer head;
        private final StringBuilder read = new StringBuilder();

        Stream(RawClient client) {
            this.client = client;
            this.head = client.readHead();
        }

        /** @return the next event; comments are passed over; one without anything at the stream's end */
        Event next() {
            while (true) {
                int end = read.indexOf("\n\n");
                if (end >= 0) {
                    String block = read.substring(0, end);
                    read.delete(0, end + 2);
                    if (!block.startsWith(":")) {
                        return parse(block);
                    }
                } else {
                    String chunk = client.readChunk();
                    if (chunk.isEmpty()) {
                        return new Event("", "", "");
                    }
                    read.append(chunk);
                }
            }
        }

        private static Event parse(String block) {
            String event = "";
            String id = "";
            var data = new StringBuilder();
            for (String line : block.split("\n", -1)) {
                if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("data: ")) {
                    data.append(line.substring(6));
                }
            }
            return new Event(event, id, data.toString());
        }

        @Override
        public void close() {
            client.close();
        }
    }

    /** A client of HTTP+SSE. */
    final class LegacyClient implements AutoCloseable {
        final Stream stream;
        final String target;
        private final String person;

        LegacyClient(String person, Stream stream) {
            this.person = person;
            this.stream = stream;
            this.target = stream.next().data();
        }

        Answer post(String body, String... headers) {
            return send(person, "POST", target, body, headers);
        }

        /** Initializes. @return the response */
        String initialize(String version) {
            post(Wire.initialize(version));
            return stream.next().data();
        }

        @Override
        public void close() {
            stream.close();
        }
    }

    @Override
    public void close() {
        server.close();
        fixture.close();
    }
}
