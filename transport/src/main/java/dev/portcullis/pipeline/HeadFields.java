package dev.portcullis.pipeline;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a request's head where they stand in its bytes: looked for by the hash of their names, made strings when they are asked for, and then kept. Nothing can be
 * added or set; a field can be taken away. Who wants more of them than a look-up gets a copy of Netty's own kind. Event loop only.
 */
final class HeadFields extends HttpHeaders {
    private final byte[] bytes;
    private final int[] hashes;
    private final long[] places;
    private final @Nullable String[] values;
    private int count;
    private boolean changed;

    /** @param bytes the whole head, which this keeps; names are tokens and values visible ASCII, spaces and tabs */
    HeadFields(byte[] bytes, int[] hashes, long[] places, int count) {
        this.bytes = bytes;
        this.hashes = Arrays.copyOf(hashes, count);
        this.places = Arrays.copyOf(places, count);
        this.values = new @Nullable String[count];
        this.count = count;
    }

    /** Where a field is: four positions of 16 bits. */
    static long place(int nameFrom, int nameTo, int valueFrom, int valueTo) {
        return (long) nameFrom << 48 | (long) nameTo << 32 | (long) valueFrom << 16 | valueTo;
    }

    /** What Netty calculates for such a name, whatever its letters' case. */
    static int hash(byte[] bytes, int from, int to) {
        return new AsciiString(bytes, from, to - from, false).hashCode();
    }

    /** Whether a field has been taken away: then these are not what stands in the bytes. */
    boolean isChanged() {
        return changed;
    }

    private int nameFrom(int i) {
        return (int) (places[i] >>> 48);
    }

    private int nameLength(int i) {
        return (int) (places[i] >>> 32 & 0xFFFF) - nameFrom(i);
    }

    private String name(int i) {
        return text(nameFrom(i), nameFrom(i) + nameLength(i));
    }

    private String value(int i) {
        String value = values[i];
        if (value == null) {
            value = text((int) (places[i] >>> 16 & 0xFFFF), (int) (places[i] & 0xFFFF));
            values[i] = value;
        }
        return value;
    }

    private String text(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** @return index of the next field of this name; -1 if there is none */
    private int find(CharSequence name, int hash, int from) {
        for (int i = from; i < count; i++) {
            if (hashes[i] == hash && isNamed(i, name)) {
                return i;
            }
        }
        return -1;
    }

    private int find(CharSequence name) {
        return find(name, AsciiString.hashCode(name), 0);
    }

    private boolean isNamed(int i, CharSequence name) {
        int from = nameFrom(i);
        if (nameLength(i) != name.length()) {
            return false;
        }
        for (int k = 0; k < name.length(); k++) {
            if (lower(bytes[from + k]) != lower(name.charAt(k))) {
                return false;
            }
        }
        return true;
    }

    private static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    }

    @Override
    public @Nullable String get(CharSequence name) {
        int i = find(name);
        return i < 0 ? null : value(i);
    }

    @Override
    public boolean contains(CharSequence name) {
        return find(name) >= 0;
    }

    @Override
    public List<String> getAll(CharSequence name) {
        int hash = AsciiString.hashCode(name);
        int i = find(name, hash, 0);
        if (i < 0) {
            return List.of();
        }
        int next = find(name, hash, i + 1);
        if (next < 0) {
            return List.of(value(i));
        }
        var all = new ArrayList<String>();
        for (int k = i; k >= 0; k = find(name, hash, k + 1)) {
            all.add(value(k));
        }
        return all;
    }

    @Override
    public Iterator<String> valueStringIterator(CharSequence name) {
        return getAll(name).iterator();
    }

    @Override
    public Iterator<? extends CharSequence> valueCharSequenceIterator(CharSequence name) {
        return getAll(name).iterator();
    }

    @Override
    public @Nullable String get(String name) {
        return get((CharSequence) name);
    }

    @Override
    public List<String> getAll(String name) {
        return getAll((CharSequence) name);
    }

    @Override
    public boolean contains(String name) {
        return contains((CharSequence) name);
    }

    @Override
    public boolean isEmpty() {
        return count == 0;
    }

    @Override
    public int size() {
        return count;
    }

    @Override
    public HttpHeaders remove(CharSequence name) {
        int hash = AsciiString.hashCode(name);
        for (int i = find(name, hash, 0); i >= 0; i = find(name, hash, i)) {
            int behind = --count - i;
            System.arraycopy(hashes, i + 1, hashes, i, behind);
            System.arraycopy(places, i + 1, places, i, behind);
            System.arraycopy(values, i + 1, values, i, behind);
            changed = true;
        }
        return this;
    }

    @Override
    public HttpHeaders remove(String name) {
        return remove((CharSequence) name);
    }

    @Override
    public HttpHeaders copy() {
        var copy = DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        for (int i = 0; i < count; i++) {
            copy.add(name(i), value(i));
        }
        return copy;
    }

    @Override
    public List<Map.Entry<String, String>> entries() {
        return copy().entries();
    }

    @Override
    @Deprecated
    public Iterator<Map.Entry<String, String>> iterator() {
        return copy().iterator();
    }

    @Override
    public Iterator<Map.Entry<CharSequence, CharSequence>> iteratorCharSequence() {
        return copy().iteratorCharSequence();
    }

    @Override
    public Set<String> names() {
        return copy().names();
    }

    @Override
    public @Nullable Integer getInt(CharSequence name) {
        return copy().getInt(name);
    }

    @Override
    public int getInt(CharSequence name, int defaultValue) {
        return copy().getInt(name, defaultValue);
    }

    @Override
    public @Nullable Short getShort(CharSequence name) {
        return copy().getShort(name);
    }

    @Override
    public short getShort(CharSequence name, short defaultValue) {
        return copy().getShort(name, defaultValue);
    }

    @Override
    public @Nullable Long getTimeMillis(CharSequence name) {
        return copy().getTimeMillis(name);
    }

    @Override
    public long getTimeMillis(CharSequence name, long defaultValue) {
        return copy().getTimeMillis(name, defaultValue);
    }

    @Override
    public HttpHeaders add(String name, Object value) {
        throw unchangeable();
    }

    @Override
    public HttpHeaders add(String name, Iterable<?> more) {
        throw unchangeable();
    }

    @Override
    public HttpHeaders addInt(CharSequence name, int value) {
        throw unchangeable();
    }

    @Override
    public HttpHeaders addShort(CharSequence name, short value) {
        throw unchangeable();
    }

    @Override
    public HttpHeaders set(String name, Object value) {
        throw unchangeable();
    }

    @Override
    public HttpHeaders set(String name, Iterable<?> more) {
        throw unchangeable();
    }

    @Override
    public HttpHeaders setInt(CharSequence name, int value) {
        throw unchangeable();
    }

    @Override
    public HttpHeaders setShort(CharSequence name, short value) {
        throw unchangeable();
    }

    @Override
    public HttpHeaders clear() {
        throw unchangeable();
    }

    private static UnsupportedOperationException unchangeable() {
        return new UnsupportedOperationException("what a client has sent is not changed");
    }
}
