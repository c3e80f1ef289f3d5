package dev.portcullis.mcp.registry;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A URI template (RFC 6570), read backwards: what were the variables, given the URI? {@code {id}} stands for one segment or a part of it; {@code {+path}}, of which a
 * template has one at most, for anything. Between two variables stands at least one character, and each takes as little as it can, those behind {@code {+path}} counted
 * from the end. That finds the variables whenever there are any, in one pass over the URI and without going back.
 *
 * <p>What a variable stood for is the client's text, with the sharpest edges off (T-103): it is never empty, holds no control character, no {@code .} or {@code ..} as a
 * segment, and without {@code +} no slash of either kind, however it was spelled. A URI that says such a thing fits no template.
 */
public final class UriTemplate {
    private static final int CHARS_MAX = 2_048;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*");

    private final List<String> literals = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    /** Index of the one variable that may hold slashes; the number of variables if there is none. */
    private final int wide;

    private UriTemplate(String text) {
        int wideAt = -1;
        int from = 0;
        for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', from)) {
            int close = text.indexOf('}', open);
            require(close > 0, "{ without }");
            literals.add(literal(text.substring(from, open)));
            String expression = text.substring(open + 1, close);
            if (expression.startsWith("+")) {
                require(
                        wideAt < 0,
                        "more than one {+variable}: where the one ends and the other begins cannot be told");
                wideAt = names.size();
            }
            names.add(name(expression));
            from = close + 1;
        }
        literals.add(literal(text.substring(from)));
        wide = wideAt < 0 ? names.size() : wideAt;
    }

    /** @throws IllegalArgumentException what is wrong with it */
    static UriTemplate parse(String text) {
        require(text.length() <= CHARS_MAX, "longer than " + CHARS_MAX + " characters");
        var template = new UriTemplate(text);
        require(!template.names.isEmpty(), "no variable: then it is a resource");
        require(new HashSet<>(template.names).size() == template.names.size(), "a variable stands there twice");
        require(UriSyntax.hasScheme(template.literals.getFirst()), "does not begin with a scheme, such as test:");
        for (String between : template.literals.subList(1, template.names.size())) {
            require(!between.isEmpty(), "two variables without a character between them");
        }
        return template;
    }

    private static String literal(String text) {
        require(UriSyntax.isMadeOfUriChars(text), "holds what no URI does: " + text);
        return text;
    }

    private static String name(String expression) {
        String name = expression.startsWith("+") ? expression.substring(1) : expression;
        require(
                NAME.matcher(name).matches(),
                "{" + expression + "} is not supported: only {name} and {+name} are, with a name of A-Z a-z 0-9 _ .");
        return name;
    }

    private static void require(boolean condition, String problem) {
        if (!condition) {
            throw new IllegalArgumentException(problem);
        }
    }

    /** @return the variables' names, in order */
    public List<String> names() {
        return List.copyOf(names);
    }

    /** @return the same for all templates that fit the same URIs in the same way, whatever their variables are called */
    String shape() {
        var shape = new StringBuilder(literals.getFirst());
        for (int i = 0; i < names.size(); i++) {
            shape.append(i == wide ? "{+}" : "{}").append(literals.get(i + 1));
        }
        return shape.toString();
    }

    /** @return what stands in the URI for each variable, percent-decoded; null if it does not fit */
    public @Nullable Map<String, String> match(String uri) {
        if (uri.length() > CHARS_MAX
                || !uri.startsWith(literals.getFirst())
                || !uri.endsWith(literals.getLast())
                || !UriSyntax.isMadeOfUriChars(uri)) {
            return null;
        }
        var found = new String[names.size()];
        int from = literals.getFirst().length();
        int to = uri.length() - literals.getLast().length();
        if (from >= to || isInsideEscape(uri, to)) {
            return null;
        }
        int last = Math.min(wide, names.size() - 1); // takes what the others leave
        for (int i = 0; i < last; i++) {
            int end = endOfShortest(uri, from, to, literals.get(i + 1));
            if (end < 0) {
                return null;
            }
            found[i] = uri.substring(from, end);
            from = end + literals.get(i + 1).length();
        }
        for (int i = names.size() - 1; i > last; i--) {
            int start = startOfShortest(uri, from, to, literals.get(i));
            if (start < 0) {
                return null;
            }
            found[i] = uri.substring(start, to);
            to = start - literals.get(i).length();
        }
        if (from >= to || (last != wide && endOfSegment(uri, from, to) < to)) {
            return null;
        }
        found[last] = uri.substring(from, to);
        return decode(found);
    }

    /** @return where the shortest text of one segment ends that begins at {@code from} and has the literal behind it; -1 if there is none */
    private static int endOfShortest(String uri, int from, int to, String literal) {
        int most = endOfSegment(uri, from, to);
        for (int end = from + 1; end <= most && end + literal.length() <= to; end++) {
            if (uri.startsWith(literal, end) && !isInsideEscape(uri, end)) {
                return end;
            }
        }
        return -1;
    }

    /** @return where the shortest text of one segment starts that ends at {@code to} and has the literal before it; -1 if there is none */
    private static int startOfShortest(String uri, int from, int to, String literal) {
        for (int start = to - 1; start - literal.length() >= from && isOfSegment(uri.charAt(start)); start--) {
            int before = start - literal.length();
            if (uri.startsWith(literal, before) && !isInsideEscape(uri, start) && !isInsideEscape(uri, before)) {
                return start;
            }
        }
        return -1;
    }

    private static int endOfSegment(String uri, int from, int to) {
        int end = from;
        while (end < to && isOfSegment(uri.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isOfSegment(char c) {
        return c == '%' || UriSyntax.isSegmentChar(c);
    }

    private static boolean isInsideEscape(String uri, int at) {
        return uri.charAt(at - 1) == '%' || (at > 1 && uri.charAt(at - 2) == '%');
    }

    private @Nullable Map<String, String> decode(String[] found) {
        var variables = new LinkedHashMap<String, String>();
        for (int i = 0; i < found.length; i++) {
            String value = UriSyntax.decode(found[i]);
            if (value == null || !isTame(value, i == wide)) {
                return null;
            }
            variables.put(names.get(i), value);
        }
        return variables;
    }

    /** T-103. */
    private static boolean isTame(String value, boolean mayHoldSlashes) {
        int segmentFrom = 0;
        for (int i = 0; i <= value.length(); i++) {
            char c = i < value.length() ? value.charAt(i) : '/';
            if (Character.isISOControl(c)) {
                return false;
            }
            if (c == '/' || c == '\\') {
                String segment = value.substring(segmentFrom, i);
                if (segment.equals(".") || segment.equals("..") || (i < value.length() && !mayHoldSlashes)) {
                    return false;
                }
                segmentFrom = i + 1;
            }
        }
        return true;
    }
}
