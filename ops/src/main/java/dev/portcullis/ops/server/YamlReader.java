package dev.portcullis.ops.server;

import dev.portcullis.ops.log.Lines;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads sections of {@code portcullis.yaml}: whatever is of another shape than expected is a mistake, with its line and a mend, and is as if it were not there. */
final class YamlReader {
    private static final int SHOWN_CHARS_MAX = 120;

    private final SettingValues values;

    YamlReader(SettingValues values) {
        this.values = values;
    }

    /** @param where e.g. {@code rule "interns"} */
    void mistake(int line, String where, String problem, String mend) {
        values.mistake(SettingSources.YAML + " line " + line + ": " + where + " " + problem + ".", mend);
    }

    /** @return its members; none if it is no mapping, or has nothing in it */
    List<YamlNode.Member> members(YamlNode node, String where, String mend) {
        return switch (node) {
            case YamlNode.Mapping(var members, var _) -> members;
            case YamlNode.Absent(int line) -> {
                mistake(line, where, "is empty", mend);
                yield List.of();
            }
            case YamlNode.Scalar _, YamlNode.Sequence _ -> {
                mistake(node.line(), where, "has no names with values", mend);
                yield List.of();
            }
        };
    }

    /** Says of every member whose name is not known that it is none. */
    void refuseUnknown(List<YamlNode.Member> members, String where, List<String> known) {
        for (var member : members) {
            if (!known.contains(member.name())) {
                mistake(
                        member.line(),
                        where,
                        "has the unknown name " + shown(member.name()),
                        "What can stand there: " + String.join(", ", known) + ".");
            }
        }
    }

    /** @return a text; null if it is none */
    @Nullable
    String text(YamlNode node, String where) {
        if (node instanceof YamlNode.Scalar(String text, var _) && !text.isBlank()) {
            return text.strip();
        }
        mistake(node.line(), where, "is no text", "Write one text behind the colon.");
        return null;
    }

    /** @return one text, or all of a list; empty if it is neither, or an empty list, since then nobody knows what is meant */
    List<String> texts(YamlNode node, String where) {
        var items = node instanceof YamlNode.Sequence(var all, var _) ? all : List.of(node);
        var texts = new ArrayList<String>();
        for (YamlNode item : items) {
            String text = text(item, where);
            if (text != null) {
                texts.add(text);
            }
        }
        if (items.isEmpty()) {
            mistake(node.line(), where, "is an empty list", "Name at least one, or leave it out.");
        }
        return texts;
    }

    /** @return yes or no; null if it is neither */
    @Nullable
    Boolean flag(YamlNode node, String where) {
        String text = node instanceof YamlNode.Scalar(String written, var _) ? written : "";
        if (Set.of("yes", "true", "on").contains(text)) {
            return true;
        }
        if (Set.of("no", "false", "off").contains(text)) {
            return false;
        }
        mistake(node.line(), where, "is neither yes nor no", "Write yes or no.");
        return null;
    }

    static String shown(String text) {
        return Lines.escape(text, SHOWN_CHARS_MAX);
    }
}
