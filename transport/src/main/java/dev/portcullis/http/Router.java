package dev.portcullis.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Exact path → route. Immutable; any thread. */
public final class Router {
    private final Map<String, Route> byPath;

    private Router(Map<String, Route> byPath) {
        this.byPath = Map.copyOf(byPath);
    }

    /** @throws IllegalArgumentException two routes have one path */
    public static Router of(List<Route> routes) {
        var byPath = new HashMap<String, Route>();
        for (Route route : routes) {
            Route other = byPath.putIfAbsent(route.path(), route);
            if (other != null) {
                throw new IllegalArgumentException(
                        "the routes " + other.name() + " and " + route.name() + " both have the path " + route.path());
            }
        }
        return new Router(byPath);
    }

    /** @return null if no route has this path */
    public @Nullable Route find(String path) {
        return byPath.get(path);
    }
}
