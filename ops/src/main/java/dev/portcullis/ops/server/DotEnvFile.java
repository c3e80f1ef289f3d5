package dev.portcullis.ops.server;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code .dev.vars} as Wrangler does (the dotenv form): {@code KEY=value}, optionally behind {@code export}; values bare or in single, double or back quotes,
 * quoted ones over several lines if need be; {@code \n} and {@code \r} are line breaks inside double quotes only; {@code #} begins a comment on a line of its own, and
 * behind a value.
 *
 * <p>Where that form is silent about slips, this one is not: a line that is no assignment and a bare value with a {@code #} in its midst are mistakes, since the
 * value would be lost or cut short without a word.
 */
final class DotEnvFile {
    private static final Pattern ASSIGNMENT = Pattern.compile("\\s*(?:export\\s+)?([\\w.-]+)(?:\\s*=|:\\s)[ \\t]*");
    private static final Pattern REST_OF_LINE = Pattern.compile("[ \\t]*(#.*)?");

    private DotEnvFile() {}

    /** An assignment, or what is wrong with a line. */
    sealed interface Line {
        int number();

        /** @param number of the line it begins on, from 1 */
        record Assignment(int number, String key, String value) implements Line {}

        /** @param what what is wrong, without the text of the line: it may be a secret */
        record Wrong(int number, String what) implements Line {}
    }

    static List<Line> parse(String text) {
        var lines = new ArrayList<Line>();
        String[] physical = text.replace("\uFEFF", "").split("\\R", -1);
        int i = 0;
        while (i < physical.length) {
            String line = physical[i];
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                i++;
                continue;
            }
            var assignment = ASSIGNMENT.matcher(line);
            if (!assignment.lookingAt()) {
                lines.add(new Line.Wrong(i + 1, "is not of the form KEY=value"));
                i++;
                continue;
            }
            i = readValue(physical, i, assignment, lines);
        }
        return lines;
    }

    /** @return index of the line after the value */
    private static int readValue(String[] physical, int first, Matcher assignment, List<Line> lines) {
        String key = assignment.group(1);
        String rest = physical[first].substring(assignment.end());
        if (rest.isEmpty() || "'\"`".indexOf(rest.charAt(0)) < 0) {
            lines.add(bare(first + 1, key, rest));
            return first + 1;
        }
        char quote = rest.charAt(0);
        var value = new StringBuilder();
        String part = rest.substring(1);
        for (int i = first; ; ) {
            int end = closingQuote(part, quote);
            if (end >= 0) {
                value.append(part, 0, end);
                lines.add(
                        REST_OF_LINE.matcher(part.substring(end + 1)).matches()
                                ? new Line.Assignment(first + 1, key, quote == '"' ? unescape(value) : value.toString())
                                : new Line.Wrong(first + 1, "has text behind the closing quote"));
                return i + 1;
            }
            value.append(part).append('\n');
            if (++i == physical.length) {
                lines.add(new Line.Wrong(first + 1, "has an opening quote without a closing one"));
                return first + 1;
            }
            part = physical[i];
        }
    }

    private static Line bare(int number, String key, String rest) {
        int comment = rest.indexOf('#');
        if (comment > 0 && !Character.isWhitespace(rest.charAt(comment - 1))) {
            return new Line.Wrong(number, "has a # in a value without quotes: put the value of " + key + " in quotes");
        }
        return new Line.Assignment(number, key, (comment < 0 ? rest : rest.substring(0, comment)).strip());
    }

    private static int closingQuote(String part, char quote) {
        for (int i = 0; i < part.length(); i++) {
            if (part.charAt(i) == quote && (i == 0 || part.charAt(i - 1) != '\\')) {
                return i;
            }
        }
        return -1;
    }

    private static String unescape(StringBuilder value) {
        return value.toString().replace("\\n", "\n").replace("\\r", "\r");
    }
}
