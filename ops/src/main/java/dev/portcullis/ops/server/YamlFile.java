package dev.portcullis.ops.server;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLFactory;

/**
 * Reads {@code portcullis.yaml} into a flat list: nested names are joined with {@code _}, dashes become {@code _}, letters become capitals; a list of scalars becomes
 * a text with commas. What is no flat setting but a section ({@link #SECTIONS}) is kept as it is.
 */
final class YamlFile {
    /** Names at the top of the file that hold more than values. */
    static final Set<String> SECTIONS = Set.of("rules", "scopes", "clients", "assertion-issuers");

    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, YamlNode> sections = new LinkedHashMap<>();
    private final Deque<String> path = new ArrayDeque<>();

    private YamlFile() {}

    /**
     * One setting as it stands in the file.
     *
     * @param name joined name
     * @param written names as written, joined with dots
     * @param line from 1
     */
    record Entry(String name, String written, String value, int line) {}

    /** The file is no YAML, or of a shape that settings do not have. */
    static final class YamlException extends Exception {
        private static final long serialVersionUID = 1;

        YamlException(String message) {
            super(message, null, false, false);
        }

        String explanation() {
            String message = getMessage();
            return message == null ? "" : message;
        }
    }

    /** What the file holds: settings, and sections by name. */
    record Contents(List<Entry> entries, Map<String, YamlNode> sections) {}

    static Contents parse(String text) throws YamlException {
        refuseTabs(text);
        var file = new YamlFile();
        try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
            file.readDocument(parser);
        } catch (JacksonException e) {
            var where = e.getLocation();
            // Its further lines repeat the text of the file, which may be a secret (T-94).
            String problem = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new YamlException(
                    "is no YAML" + (where == null ? "" : " (line " + where.getLineNr() + ")") + ": " + problem);
        }
        return new Contents(file.entries, file.sections);
    }

    /** The likeliest mistake of all, of which the reader says something else, at another line. */
    private static void refuseTabs(String text) throws YamlException {
        var lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).matches(" *\t.*\\S.*")) {
                throw new YamlException(
                        "is indented with a tab (line " + (i + 1) + "), which YAML does not take for spaces");
            }
        }
    }

    private void readDocument(JsonParser parser) throws YamlException {
        JsonToken first = parser.nextToken();
        if (first == null || first == JsonToken.VALUE_NULL) {
            return;
        }
        if (first != JsonToken.START_OBJECT) {
            throw new YamlException("does not begin with a name and a colon");
        }
        readObject(parser);
        if (parser.nextToken() != null) {
            throw new YamlException("holds more than one document");
        }
    }

    private void readObject(JsonParser parser) throws YamlException {
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_OBJECT; token = parser.nextToken()) {
            path.addLast(parser.currentName());
            int line = parser.currentTokenLocation().getLineNr();
            JsonToken value = parser.nextToken();
            if (path.size() == 1 && SECTIONS.contains(parser.currentName())) {
                readSection(parser, value, line);
            } else if (value == JsonToken.START_OBJECT) {
                readObject(parser);
            } else if (value == JsonToken.START_ARRAY) {
                add(readList(parser), line);
            } else if (value != JsonToken.VALUE_NULL) {
                add(scalar(parser, value), line);
            }
            path.removeLast();
        }
    }

    private void readSection(JsonParser parser, @Nullable JsonToken value, int line) throws YamlException {
        String name = String.join("", path);
        if (sections.putIfAbsent(name, node(parser, value)) != null) {
            throw new YamlException("has the section " + name + " twice (line " + line + ")");
        }
    }

    /** The value that begins with {@code token}, whole. */
    private YamlNode node(JsonParser parser, @Nullable JsonToken token) throws YamlException {
        int line = parser.currentTokenLocation().getLineNr();
        return switch (token) {
            case START_OBJECT -> mapping(parser, line);
            case START_ARRAY -> {
                var items = new ArrayList<YamlNode>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    items.add(node(parser, next));
                }
                yield new YamlNode.Sequence(items, line);
            }
            case VALUE_NULL -> new YamlNode.Absent(line);
            case null, default -> new YamlNode.Scalar(scalar(parser, token), line);
        };
    }

    private YamlNode.Mapping mapping(JsonParser parser, int line) throws YamlException {
        var members = new ArrayList<YamlNode.Member>();
        var names = new HashSet<String>();
        for (JsonToken next = parser.nextToken(); next != JsonToken.END_OBJECT; next = parser.nextToken()) {
            String name = parser.currentName();
            int nameLine = parser.currentTokenLocation().getLineNr();
            if (!names.add(name)) {
                throw new YamlException("has a name twice: " + name + " (line " + nameLine + ")");
            }
            members.add(new YamlNode.Member(name, node(parser, parser.nextToken()), nameLine));
        }
        return new YamlNode.Mapping(members, line);
    }

    private String readList(JsonParser parser) throws YamlException {
        var parts = new ArrayList<String>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            parts.add(scalar(parser, token));
        }
        return String.join(",", parts);
    }

    private String scalar(JsonParser parser, @Nullable JsonToken token) throws YamlException {
        if (token == null || !token.isScalarValue()) {
            throw new YamlException("has something other than texts in the list " + String.join(".", path) + " (line "
                    + parser.currentTokenLocation().getLineNr() + ")");
        }
        return parser.getString();
    }

    private void add(String value, int line) {
        String name = String.join("_", path).replace('-', '_').toUpperCase(Locale.ROOT);
        entries.add(new Entry(name, String.join(".", path), value, line));
    }
}
