package dev.portcullis.json;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.async.ByteArrayFeeder;

/**
 * Reads one JSON text that arrives in parts, strictly: every part is checked as far as it goes, so that malformed text is refused before its end (T-20 to T-23).
 * What the parser lets through is checked here: encoding, surrogates, repeated names, members per object. Feeds are reused by their thread: a new parser costs
 * more than reading a small message with it.
 */
public final class JsonFeed {
    /** What {@link #next} answers when the parts so far are used up. */
    public static final JsonToken MORE = JsonToken.NOT_AVAILABLE;

    /** A parser remembers names it has seen; it is let go before a flood of new names could fill the heap. */
    private static final int PARSER_BYTES_MAX = 1024 * 1024;

    /** Strings that are read stand in a message, or in one of a batch. */
    private static final int DEPTH_READ_MAX = 2;

    private static final int KEPT_PER_THREAD = 4;
    private static final int NAMES_COMPARED_MAX = 16;
    private static final byte[] NOTHING = {};
    private static final int FAMILIAR_MAX = 16;
    private static final int FAMILIAR_CHARS_MAX = 64;
    private static final ThreadLocal<ArrayDeque<JsonFeed>> FREE = ThreadLocal.withInitial(ArrayDeque::new);

    private final JsonParser partsParser;
    private final ByteArrayFeeder feeder;
    private final WholeText wholeText = new WholeText();
    private final JsonParser wholeParser;
    private final TextCheck text = new TextCheck();
    private final LongString longString = new LongString();

    /** The one that reads now. */
    private JsonParser parser;

    /** The names of all open objects; those of the object at depth d start at {@code namesFrom[d]}. */
    private String[] names = new String[16];

    private final int[] namesFrom = new int[Json.DEPTH_MAX + 2];
    private final @Nullable Set<String>[] manyNames = newSets();
    private int namesTo;

    /** Short strings read before, each where its hash says; the next with the same place takes it. */
    private final @Nullable String[] familiar = new String[FAMILIAR_MAX];

    private int depth;
    /** What the two parsers have read. */
    private long partsBytes;

    private long wholeBytes;

    /** Parser offset minus this is the offset in the buffer of the part being read, or in what is kept of it. */
    private long partFrom;

    /** What of the part the parser has yet to be shown. */
    private byte[] part = NOTHING;

    private int partAt;
    private int partTo;

    /** What the parts are taken apart into. */
    private @Nullable LongText apart;

    private @Nullable JsonToken last;
    private boolean anyByte;

    /** Whether the object that a whole text begins with is closed. */
    private boolean wholeOver;

    /** Whether the parts before this ended with a comma or colon and white space, and no token has come since. */
    private boolean moreDue;

    /** Whether this part and those before it end so. */
    private boolean moreDueNext;

    private JsonFeed() {
        partsParser = Json.newNonBlockingParser();
        feeder = (ByteArrayFeeder) partsParser.nonBlockingInputFeeder();
        wholeParser = Json.newParser(wholeText);
        parser = partsParser;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    private static @Nullable Set<String>[] newSets() {
        return new Set[Json.DEPTH_MAX + 2];
    }

    /** @return a feed for one text, to be given back by {@link #recycle} if the text was well-formed, and dropped otherwise */
    public static JsonFeed take() {
        var feed = FREE.get().pollFirst();
        return feed != null ? feed : new JsonFeed();
    }

    /** Gives the feed back, by the thread that will take it again. Only after a whole text, and {@link #endText}. */
    public void recycle() {
        var free = FREE.get();
        if (partsBytes + wholeBytes < PARSER_BYTES_MAX && free.size() < KEPT_PER_THREAD) {
            Arrays.fill(names, 0, Math.min(names.length, 64), null);
            if (names.length > 64) {
                names = new String[16];
            }
            anyByte = false;
            wholeOver = false;
            apart = null;
            parser = partsParser;
            free.addFirst(this);
        }
    }

    /**
     * The next part. All tokens of the part before must have been taken.
     *
     * @param buffer kept until {@link #next} says {@link #MORE}
     * @throws JsonException not UTF-8
     */
    public void feed(byte[] buffer, int from, int to) {
        if (from == to) {
            return;
        }
        if (!anyByte && buffer[from] == (byte) 0xEF) {
            throw new JsonException("a byte order mark"); // RFC 8259 §8.1
        }
        anyByte = true;
        carrySeparator(buffer, from, to);
        if (apart == null) {
            text.check(buffer, from, to);
        }
        longString.beginPart();
        part = buffer;
        partAt = from;
        partTo = to;
        showMore();
    }

    /**
     * The next part, that has been copied into the room of a text which is to be taken apart; the same one for all parts. Offsets are those in what it keeps.
     *
     * @throws JsonException not UTF-8
     */
    public void feed(LongText text, int bytes) {
        apart = text;
        feed(text.room(), text.roomFrom(), text.roomFrom() + bytes);
    }

    /** @return whether the parser has been shown more of the part: all but what is deep inside the strings that are values */
    private boolean showMore() {
        while (partAt < partTo) {
            if (longString.isDeep() && (isNameOpen() || mayBeRead())) {
                longString.goOn();
            } else if (longString.isDeep()) {
                partAt = apart == null ? longString.endOfDeep(part, partAt, partTo) : takeApart(apart);
            }
            int from = partAt;
            partAt = longString.endOfShown(part, from, partTo);
            if (from < partAt) {
                show(from, partAt);
                return true;
            }
        }
        part = NOTHING;
        if (apart != null) {
            apart.endPart(text.isPlain());
        }
        return false;
    }

    /** @return where the parser is to be shown more */
    private int takeApart(LongText from) {
        if (!from.isOpen()) {
            from.open(longString.begin(), partAt, longString.bytesShown());
        }
        int end = from.collect(partAt, partTo, text);
        if (end < partTo) {
            from.close();
            longString.endDeep();
        }
        return end;
    }

    /** @return whether the string that the parser is in is no value, as far as can be told */
    private boolean isNameOpen() {
        return last != JsonToken.PROPERTY_NAME && !parser.streamReadContext().inArray();
    }

    /** @return whether the string that the parser is in could be one of those that are read from it: what they are is said by the first members */
    private boolean mayBeRead() {
        return depth <= DEPTH_READ_MAX && !longString.hasGoneOn();
    }

    private void show(int from, int to) {
        int offset = from;
        if (apart != null) {
            text.check(part, from, to);
            offset = apart.keep(part, from, to);
        }
        partFrom = partsBytes - offset;
        partsBytes += to - from;
        try {
            feeder.feedInput(part, from, to);
        } catch (JacksonException e) {
            throw malformed();
        }
    }

    /**
     * The whole text at once, which takes a third less time than the same as a part. {@link #next} then never says {@link #MORE} before the text is over.
     *
     * @return false if this text is one to be fed in parts: it does not begin with an object, or is long. Then nothing has been done
     * @throws JsonException not UTF-8
     */
    public boolean feedWhole(byte[] buffer, int from, int to) {
        if (anyByte || to - from > WholeText.BYTES_MAX || from == to || buffer[from] != '{') {
            return false;
        }
        anyByte = true;
        text.check(buffer, from, to);
        parser = wholeParser;
        partFrom = wholeBytes - from;
        wholeBytes += to - from;
        wholeText.set(buffer, from, to);
        return true;
    }

    /** The parser forgets a separator at the end of a part, and would read <code>{"a":1,}</code> and <code>{"a":}</code> if the part ends there. */
    private void carrySeparator(byte[] buffer, int from, int to) {
        moreDue = moreDueNext;
        int last = to - 1;
        while (last >= from && (buffer[last] & 0xFF) <= ' ') {
            last--;
        }
        if (last >= from) {
            moreDueNext = buffer[last] == ',' || buffer[last] == ':';
        }
    }

    /**
     * @return the next token, or {@link #MORE}
     * @throws JsonException malformed, or past a limit
     */
    public JsonToken next() {
        if (wholeOver) {
            return MORE; // the parser would ask for another text
        }
        JsonToken token = read();
        while (token == MORE && showMore()) {
            token = read();
        }
        if (token == MORE) {
            return token;
        }
        last = token;
        if (moreDue) {
            moreDue = false;
            if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
                throw malformed();
            }
        }
        switch (token) {
            case START_OBJECT, START_ARRAY -> namesFrom[++depth] = namesTo;
            case END_OBJECT, END_ARRAY -> closeObject();
            case PROPERTY_NAME -> addName(name());
            case null -> throw malformed(); // the parser's end of input, which is never fed
            default -> {}
        }
        return token;
    }

    private JsonToken read() {
        try {
            return parser.nextToken();
        } catch (JacksonException e) {
            throw malformed();
        }
    }

    /** @return how many objects and arrays are open, after the last token */
    public int depth() {
        return depth;
    }

    /** @return offset, in the buffer fed last, just behind the last token; exact for brackets and names only */
    public int offset() {
        return (int) (parser.currentLocation().getByteOffset() - partFrom);
    }

    /** @return the name last read */
    public String name() {
        return parser.currentName();
    }

    /** @return the string last read, or the number's digits; of a string fed in parts that is longer than {@link LongString#READ_BYTES_MAX}, only its beginning and not all else */
    public String string() {
        try {
            return parser.getString();
        } catch (JacksonException e) {
            throw malformed();
        }
    }

    /** {@link #string}, for what comes again and again (methods, versions): no new string if this feed has lately read the same. */
    public String familiarString() {
        try {
            int length = parser.getStringLength();
            if (length > FAMILIAR_CHARS_MAX) {
                return parser.getString();
            }
            char[] chars = parser.getStringCharacters();
            int from = parser.getStringOffset();
            int hash = 0;
            for (int i = from; i < from + length; i++) {
                hash = 31 * hash + chars[i];
            }
            int place = (hash ^ hash >>> 16) & (FAMILIAR_MAX - 1);
            String known = familiar[place];
            if (known == null || !isSame(known, chars, from, length)) {
                known = parser.getString();
                familiar[place] = known;
            }
            return known;
        } catch (JacksonException e) {
            throw malformed();
        }
    }

    private static boolean isSame(String known, char[] chars, int from, int length) {
        int same = 0;
        while (same < length && same < known.length() && known.charAt(same) == chars[from + same]) {
            same++;
        }
        return same == length && same == known.length();
    }

    /** @return the integer last read; {@link Long#MIN_VALUE} if it does not fit */
    public long integer() {
        try {
            return switch (parser.getNumberType()) {
                case INT, LONG -> parser.getLongValue();
                case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> Long.MIN_VALUE;
            };
        } catch (JacksonException e) {
            throw malformed();
        }
    }

    /** The text is over. @throws JsonException it ends inside a character */
    public void endText() {
        text.end();
    }

    private void addName(String name) {
        int from = namesFrom[depth];
        int count = namesTo - from;
        if (count >= Json.MEMBERS_MAX) {
            throw new JsonException("an object of more than " + Json.MEMBERS_MAX + " members");
        }
        if (count < NAMES_COMPARED_MAX) {
            for (int i = from; i < namesTo; i++) {
                if (names[i].equals(name)) {
                    throw new JsonException("a member's name is repeated");
                }
            }
        } else if (!namesAtDepth(from).add(name)) {
            throw new JsonException("a member's name is repeated");
        }
        if (namesTo == names.length) {
            names = Arrays.copyOf(names, namesTo * 2);
        }
        names[namesTo++] = name;
    }

    private Set<String> namesAtDepth(int from) {
        var set = manyNames[depth];
        if (set == null) {
            set = new HashSet<>(Arrays.asList(names).subList(from, namesTo));
            manyNames[depth] = set;
        }
        return set;
    }

    private void closeObject() {
        manyNames[depth] = null;
        namesTo = namesFrom[depth--];
        wholeOver = depth == 0 && parser == wholeParser;
    }

    private static JsonException malformed() {
        return new JsonException("malformed JSON, or past a limit");
    }
}
