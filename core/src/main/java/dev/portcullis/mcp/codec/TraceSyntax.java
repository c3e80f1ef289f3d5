package dev.portcullis.mcp.codec;

import dev.portcullis.json.JsonKind;
import dev.portcullis.mcp.model.TraceContext;
import java.util.HashSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the trace context of a request out of its {@code _meta} (H-198): what is malformed or long is as if it were not there. Patterns give nothing back: time is linear. */
public final class TraceSyntax {
    /** All three together. */
    private static final int CHARS_MAX = 8 * 1024;

    private static final int TRACESTATE_MEMBERS_MAX = 32;
    private static final int BAGGAGE_MEMBERS_MAX = 180;

    /** W3C Trace Context §3.2.2; later versions may have more behind the flags. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[!-~]*+)?+");

    /** W3C Trace Context §3.3.1.3. */
    private static final Pattern TRACESTATE_MEMBER = Pattern.compile(
            "([a-z][a-z0-9_*/-]{0,255}+|[a-z0-9][a-z0-9_*/-]{0,240}+@[a-z][a-z0-9_*/-]{0,13}+)=[ -~&&[^,=]]{1,256}+");

    /** W3C Baggage §3.3.1: key, value, properties. */
    private static final Pattern BAGGAGE_MEMBER = Pattern.compile(
            "[!#$%&'*+.^_`|~0-9A-Za-z-]++[ \t]*+=[ \t]*+[!-~&&[^\",;\\\\]]*+(?:[ \t]*+;[ \t]*+[!#$%&'*+.^_`|~0-9A-Za-z-]++[ \t]*+(?:=[ \t]*+[!-~&&[^\",;\\\\]]*+)?+)*+");

    private TraceSyntax() {}

    public static TraceContext read(RequestParams params) {
        String traceparent = text(params, "traceparent");
        String tracestate = text(params, "tracestate");
        String baggage = text(params, "baggage");
        if (length(traceparent) + length(tracestate) + length(baggage) > CHARS_MAX) {
            return TraceContext.NONE;
        }
        if (traceparent == null || !isTraceparent(traceparent)) {
            traceparent = null;
        }
        if (traceparent == null || tracestate == null || !isTracestate(tracestate)) {
            tracestate = null; // it says nothing without its parent (W3C Trace Context §3.3)
        }
        if (baggage != null && !isBaggage(baggage)) {
            baggage = null;
        }
        return new TraceContext(traceparent, tracestate, baggage);
    }

    private static @Nullable String text(RequestParams params, String member) {
        var value = params.metaMember(member);
        return value == null || value.kind() != JsonKind.STRING
                ? null
                : value.cursor().string();
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    private static boolean isTraceparent(String text) {
        var matcher = TRACEPARENT.matcher(text);
        return matcher.matches()
                && (matcher.group(2) == null || !matcher.group(1).equals("00"));
    }

    private static boolean isTracestate(String text) {
        var keys = new HashSet<String>();
        for (String member : text.split(",", -1)) {
            String bare = bare(member);
            var matcher = TRACESTATE_MEMBER.matcher(bare);
            if (!bare.isEmpty() && (!matcher.matches() || !keys.add(matcher.group(1)))) {
                return false;
            }
        }
        return !keys.isEmpty() && keys.size() <= TRACESTATE_MEMBERS_MAX;
    }

    /** Without the blanks that may stand around it; no other white space may. */
    private static String bare(String member) {
        int from = 0;
        int to = member.length();
        while (from < to && isBlank(member.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(member.charAt(to - 1))) {
            to--;
        }
        return member.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isBaggage(String text) {
        String[] members = text.split(",", -1);
        if (members.length > BAGGAGE_MEMBERS_MAX) {
            return false;
        }
        for (String member : members) {
            if (!BAGGAGE_MEMBER.matcher(bare(member)).matches()) {
                return false;
            }
        }
        return true;
    }
}
