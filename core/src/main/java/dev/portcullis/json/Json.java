package dev.portcullis.json;

import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** The one JSON factory, and the limits of every JSON text that reaches us (T-20, T-21, T-23). */
public final class Json {
    /** Objects and arrays inside each other. */
    public static final int DEPTH_MAX = 64;

    /** Characters of a number; more digits only serve to burn time. */
    public static final int NUMBER_CHARS_MAX = 1_000;

    /** Characters of a member's name. */
    public static final int NAME_CHARS_MAX = 1_024;

    /** Members of one object. */
    public static final int MEMBERS_MAX = 10_000;

    /** Characters of a string; the limit of the whole text comes first on every path from the network. */
    public static final int STRING_CHARS_MAX = 64 * 1024 * 1024;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION) // it is UTF-8, which is checked
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxNumberLength(NUMBER_CHARS_MAX)
                    .maxNameLength(NAME_CHARS_MAX)
                    .maxStringLength(STRING_CHARS_MAX)
                    .maxDocumentLength(-1) // counted by whoever feeds: a parser reads many texts
                    .build())
            .build();

    private Json() {}

    static JsonParser newNonBlockingParser() {
        return FACTORY.createNonBlockingByteArrayParser(ObjectReadContext.empty());
    }

    /** @param utf8 read when the first token is asked for, not before */
    static JsonParser newParser(InputStream utf8) {
        return FACTORY.createParser(ObjectReadContext.empty(), utf8);
    }

    /**
     * Checks a whole text.
     *
     * @throws JsonException malformed, or past a limit
     */
    public static RawJson parse(byte[] utf8) {
        byte[] copy = Arrays.copyOf(utf8, utf8.length + 1);
        copy[utf8.length] = ' '; // ends a bare number
        var feed = JsonFeed.take();
        feed.feed(copy, 0, copy.length);
        int values = 0;
        for (var token = feed.next(); token != JsonFeed.MORE; token = feed.next()) {
            values += feed.depth() == 0 ? 1 : 0;
        }
        if (values != 1 || feed.depth() != 0) {
            throw new JsonException("not one whole JSON text");
        }
        feed.endText();
        var value = RawJson.first(copy, utf8.length);
        if (!value.isFollowedBySpaceOnly(utf8.length)) { // by half a token, of which the feed has said nothing yet
            throw new JsonException("something follows the JSON text");
        }
        feed.recycle();
        return value;
    }

    /** The same of characters. */
    public static RawJson parse(String text) {
        return parse(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads a text into maps, lists, strings, {@link BigDecimal}s, booleans and nulls. For start-up (schemas), not for the request path.
     *
     * @throws JsonException malformed, or past a limit
     */
    public static @Nullable Object tree(String text) {
        return tree(parse(text));
    }

    private static @Nullable Object tree(RawJson raw) {
        var cursor = raw.cursor();
        return switch (cursor.kind()) {
            case OBJECT -> {
                Map<String, @Nullable Object> members = new LinkedHashMap<>();
                cursor.enterObject();
                while (cursor.nextMember()) {
                    String name = cursor.name();
                    members.put(name, tree(cursor.slice()));
                }
                yield members;
            }
            case ARRAY -> {
                List<@Nullable Object> elements = new ArrayList<>();
                cursor.enterArray();
                while (cursor.nextElement()) {
                    elements.add(tree(cursor.slice()));
                }
                yield elements;
            }
            case STRING -> cursor.string();
            case NUMBER -> decimal(raw.text());
            case BOOLEAN -> cursor.bool();
            case NULL -> null;
        };
    }

    private static BigDecimal decimal(String number) {
        try {
            return new BigDecimal(number);
        } catch (NumberFormatException e) {
            throw new JsonException("a number whose exponent is past all use");
        }
    }
}
