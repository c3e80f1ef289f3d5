package dev.portcullis.mcp.dispatch;

import dev.portcullis.mcp.ProtocolVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Golden messages: one file a message, laid out for eyes, in {@code src/test/resources/golden/REVISION/server} (what we send) and {@code client} (what we must take). A
 * file's name begins with what the schema of its revision calls it: {@code CallToolResult.everything.json}.
 */
final class Golden {
    private static final Path ROOT = Path.of("src", "test", "resources", "golden");
    private static final String SUFFIX = ".json";

    private Golden() {}

    static Path folder(ProtocolVersion version, String side) {
        return ROOT.resolve(version.text()).resolve(side);
    }

    /** @return messages as they lie there, by name */
    static Map<String, String> read(ProtocolVersion version, String side) {
        try (var files = Files.list(folder(version, side))) {
            return files.collect(Collectors.toMap(
                    file -> file.getFileName().toString().replace(SUFFIX, ""),
                    Golden::text,
                    (one, _) -> one,
                    TreeMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts these in place of all that lie there. */
    static void rewrite(ProtocolVersion version, String side, Map<String, String> messages) {
        try {
            var folder = folder(version, side);
            Files.createDirectories(folder);
            for (String stale : read(version, side).keySet()) {
                Files.delete(folder.resolve(stale + SUFFIX));
            }
            for (var message : messages.entrySet()) {
                Files.writeString(folder.resolve(message.getKey() + SUFFIX), message.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the name that the schema has for it */
    static String definition(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }

    /** Lays a message out in lines. Nothing but white space outside of strings is added: {@link #compact} takes it back. */
    static String laidOut(String json) {
        var out = new StringBuilder();
        int depth = 0;
        boolean inString = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (inString || c == '"') {
                out.append(c);
                if (c == '\\') {
                    out.append(json.charAt(++i));
                } else if (c == '"') {
                    inString = !inString;
                }
            } else if (c == '{' || c == '[') {
                boolean empty = json.charAt(i + 1) == c + 2; // } is two behind {, as ] is behind [
                out.append(c).append(empty ? Character.toString(json.charAt(++i)) : line(++depth));
            } else if (c == '}' || c == ']') {
                out.append(line(--depth)).append(c);
            } else {
                out.append(c).append(c == ',' ? line(depth) : c == ':' ? " " : "");
            }
        }
        return out.append('\n').toString();
    }

    private static String line(int depth) {
        return "\n" + "  ".repeat(depth);
    }

    /** @return the same without white space outside of strings: what is on the wire */
    static String compact(String json) {
        var out = new StringBuilder();
        boolean inString = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (inString && c == '\\') {
                out.append(c).append(json.charAt(++i));
            } else if (inString || !Character.isWhitespace(c)) {
                inString ^= c == '"';
                out.append(c);
            }
        }
        return out.toString();
    }
}
