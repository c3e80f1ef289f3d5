package dev.portcullis.mcp.session;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.TokenHash;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Ids of events of one session's standalone stream where nodes share it: {@code s.<what only this session has>.<place among the words to all>}, and a number behind another
 * dot where several events stand at one place.
 *
 * @param prefix with its dots
 */
record StandaloneId(String prefix) {
    private static final int CHARS = 16;
    private static final Pattern PLACE = Pattern.compile("([0-9]{1,18}(?:-[0-9]{1,18})?)(?:\\.[0-9]{1,4})?");

    static StandaloneId of(Session session) {
        String hash = Base64Url.encode(TokenHash.of(session.key()).toBytes());
        return new StandaloneId("s." + hash.substring(0, CHARS) + ".");
    }

    String of(String place) {
        return prefix + place;
    }

    String of(String place, int number) {
        return prefix + place + "." + number;
    }

    /** @return the place that an id names; null if it is none of this stream */
    @Nullable
    String placeIn(String id) {
        var place = id.startsWith(prefix) ? PLACE.matcher(id.substring(prefix.length())) : null;
        return place != null && place.matches() ? place.group(1) : null;
    }
}
