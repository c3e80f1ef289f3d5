package dev.portcullis.mcp.session;

import java.util.Comparator;

/** The order of places among the words to all: one or two numbers, joined by a hyphen, as Redis numbers the entries of a stream. */
final class PlaceOrder implements Comparator<String> {
    static final PlaceOrder OF = new PlaceOrder();

    private PlaceOrder() {}

    @Override
    public int compare(String one, String other) {
        int first = Long.compare(part(one, 0), part(other, 0));
        return first != 0 ? first : Long.compare(part(one, 1), part(other, 1));
    }

    static String later(String one, String other) {
        return OF.compare(one, other) >= 0 ? one : other;
    }

    private static long part(String place, int index) {
        int hyphen = place.indexOf('-');
        if (index == 0) {
            return Long.parseLong(hyphen < 0 ? place : place.substring(0, hyphen));
        }
        return hyphen < 0 ? 0 : Long.parseLong(place.substring(hyphen + 1));
    }
}
