package dev.portcullis.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Closed loop: each connection sends its next request when the answer is there, so this says how much a server can do, and nothing about latency. By wrk, which takes
 * little of its core.
 */
final class Wrk {
    /** What our script prints at the end, a word and a number each. */
    private static final String FIGURES = "figures ";

    private Wrk() {}

    /**
     * What came of it.
     *
     * @param bytes that were answered, heads and bodies
     */
    record Result(long requests, double seconds, long bytes) {
        double perSecond() {
            return requests / seconds;
        }
    }

    /**
     * Sends these requests in turn over so many connections that are kept alive.
     *
     * @throws LoadException a single answer was no success, or none
     * @throws MissingException there is no wrk
     */
    static Result run(Lab lab, URI server, List<Request> requests, int connections, int seconds)
            throws InterruptedException {
        var script = lab.folder().resolve("wrk-" + System.nanoTime() + ".lua");
        write(script, requests);
        // One thread takes a core, and the server has one only.
        String said = run(
                "wrk",
                "--threads",
                "1",
                "--connections",
                Integer.toString(connections),
                "--duration",
                seconds + "s",
                "--timeout",
                "30s",
                "--script",
                script.toString(),
                server.toString());
        return parse(said);
    }

    private static String run(String... command) throws InterruptedException {
        Process wrk;
        try {
            wrk = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new MissingException("No wrk found: install it (Debian: apt-get install wrk).");
        }
        try (var out = wrk.getInputStream()) {
            String said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            if (wrk.waitFor() != 0) {
                throw new LoadException("wrk failed: " + said);
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            wrk.destroy();
        }
    }

    /** @param said all that wrk has printed */
    static Result parse(String said) {
        Map<String, Long> figures = new TreeMap<>();
        said.lines()
                .filter(line -> line.startsWith(FIGURES))
                .flatMap(line -> List.of(line.substring(FIGURES.length()).split(" ")).stream())
                .map(figure -> figure.split("=", 2))
                .forEach(figure -> figures.put(figure[0], Long.parseLong(figure[1])));
        long failed = List.of("connect", "read", "write", "status", "timeout").stream()
                .mapToLong(kind -> figures.getOrDefault(kind, 0L))
                .sum();
        long requests = figures.getOrDefault("requests", 0L);
        if (failed > 0 || requests == 0) {
            throw new LoadException("not every answer is a success: " + said);
        }
        return new Result(requests, figures.getOrDefault("micros", 0L) / 1e6, figures.getOrDefault("bytes", 0L));
    }

    /** A single request is set once, and wrk never asks the script again. */
    private static void write(Path script, List<Request> requests) {
        var lua = new StringBuilder("""
                local function file(path)
                  local open = io.open(path, 'rb')
                  local all = open:read('*a')
                  open:close()
                  return all
                end
                """);
        try {
            var bodies = writeBodies(script, requests);
            if (requests.size() == 1) {
                var request = requests.getFirst();
                lua.append("wrk.method = ").append(quoted(request.method())).append('\n');
                lua.append("wrk.path = ").append(quoted(request.path())).append('\n');
                lua.append("wrk.headers = ").append(headers(request)).append('\n');
                lua.append("wrk.body = file(")
                        .append(quoted(bodies.getFirst().toString()))
                        .append(")\n");
            } else {
                addSeveral(lua, requests, bodies);
            }
            lua.append("""
                    done = function(summary, latency, requests)
                      local e = summary.errors
                      print(string.format("%srequests=%%d micros=%%d bytes=%%d connect=%%d read=%%d write=%%d status=%%d timeout=%%d",
                        summary.requests, summary.duration, summary.bytes, e.connect, e.read, e.write, e.status, e.timeout))
                    end
                    """.formatted(FIGURES));
            Files.writeString(script, lua);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return a file for the body of each: requests with the same body share one */
    private static List<Path> writeBodies(Path script, List<Request> requests) throws IOException {
        var known = new HashMap<ByteBuffer, Path>();
        var files = new ArrayList<Path>();
        for (var request : requests) {
            var body = ByteBuffer.wrap(request.body());
            var file = known.get(body);
            if (file == null) {
                file = Path.of(script + "-" + known.size());
                Files.write(file, request.body());
                known.put(body, file);
            }
            files.add(file);
        }
        return files;
    }

    private static void addSeveral(StringBuilder lua, List<Request> requests, List<Path> bodies) {
        lua.append("local all, next = {}, 0\ninit = function(args)\n");
        for (int i = 0; i < requests.size(); i++) {
            var request = requests.get(i);
            lua.append("  all[%d] = wrk.format(%s, %s, %s, file(%s))\n"
                    .formatted(
                            i + 1,
                            quoted(request.method()),
                            quoted(request.path()),
                            headers(request),
                            quoted(bodies.get(i).toString())));
        }
        lua.append("end\nrequest = function() next = next % #all + 1 return all[next] end\n");
    }

    private static String headers(Request request) {
        var table = new StringBuilder("{");
        for (var header : request.headers()) {
            table.append(table.length() > 1 ? ", " : "")
                    .append('[')
                    .append(quoted(header.getKey()))
                    .append("] = ")
                    .append(quoted(header.getValue()));
        }
        return table.append('}').toString();
    }

    /** As Lua reads it. */
    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
