package dev.portcullis.mcp.registry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is registered of one kind, in the order of registration. Each stands at a place, a number that rises in that order and that it keeps while others come and go;
 * places are not given out twice. Immutable: a change makes another roster.
 */
public final class Roster<T extends Registered> {
    private final List<T> all;
    private final long[] places;
    private final long nextPlace;
    private final Map<String, T> byKey = new HashMap<>();

    private Roster(List<T> all, long[] places, long nextPlace) {
        this.all = List.copyOf(all);
        this.places = places;
        this.nextPlace = nextPlace;
        all.forEach(each -> byKey.put(each.key(), each));
    }

    /** @param all of different keys */
    static <T extends Registered> Roster<T> of(List<T> all) {
        var places = new long[all.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = i;
        }
        return new Roster<>(all, places, places.length);
    }

    /** @param more its key is not taken */
    Roster<T> with(T more) {
        var grown = new ArrayList<>(all);
        grown.add(more);
        var grownPlaces = Arrays.copyOf(places, grown.size());
        grownPlaces[all.size()] = nextPlace;
        return new Roster<>(grown, grownPlaces, nextPlace + 1);
    }

    /** @return this, if there is nothing of this key */
    Roster<T> without(String key) {
        int gone = indexOf(key);
        if (gone < 0) {
            return this;
        }
        var shrunk = new ArrayList<>(all);
        shrunk.remove(gone);
        var shrunkPlaces = new long[shrunk.size()];
        System.arraycopy(places, 0, shrunkPlaces, 0, gone);
        System.arraycopy(places, gone + 1, shrunkPlaces, gone, shrunkPlaces.length - gone);
        return new Roster<>(shrunk, shrunkPlaces, nextPlace);
    }

    public @Nullable T find(String key) {
        return byKey.get(key);
    }

    public List<T> all() {
        return all;
    }

    /** @return where it stands in {@link #all}; -1 if it is not there */
    public int indexOf(String key) {
        var found = byKey.get(key);
        return found == null ? -1 : all.indexOf(found);
    }

    /** @param index into {@link #all} */
    public long placeAt(int index) {
        return places[index];
    }

    /** @return index of the first that stands behind a place, whether or not something stands there still */
    public int indexBehind(long place) {
        int found = Arrays.binarySearch(places, place);
        return found >= 0 ? found + 1 : -found - 1;
    }
}
