package dev.portcullis.mcp.registry;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which schemas of a document apply which others to one and the same value. They must do so only so many times in a row, and never in a circle: a check would not
 * end (T-28). A circle that steps into a member or an element on its way is well: the value ends. Used at registration, by one thread.
 */
final class SchemaRefs {
    private final Map<String, Node> byPointer = new HashMap<>();
    private final Map<String, Node> byAnchor = new HashMap<>();
    private final Map<String, List<Node>> byDynamicAnchor = new HashMap<>();
    private final List<Ref> refs = new ArrayList<>();

    /** A schema, what it applies in place, and the longest row that begins here; 0 not yet known, below 0 being found. */
    private static final class Node {
        final List<Node> applies = new ArrayList<>();
        int row;
    }

    private record Ref(String keyword, String text, Node from) {}

    /** @param applying pointer of the schema that applies this one to its own value, added before; null for none */
    void add(String pointer, @Nullable String applying) {
        var node = new Node();
        byPointer.put(pointer, node);
        if (applying != null) {
            at(applying).applies.add(node);
        }
    }

    void addAnchor(String name, String pointer) {
        if (byAnchor.put(name, at(pointer)) != null) {
            throw new IllegalArgumentException("anchor " + ProblemText.cut(name) + " is repeated");
        }
    }

    void addDynamicAnchor(String name, String pointer) {
        byDynamicAnchor.computeIfAbsent(name, _ -> new ArrayList<>()).add(at(pointer));
    }

    /** @param ref begins with {@code #} */
    void addRef(String keyword, String ref, String pointer) {
        refs.add(new Ref(keyword, ref, at(pointer)));
    }

    private Node at(String pointer) {
        return Objects.requireNonNull(byPointer.get(pointer), "a schema is added before what belongs to it");
    }

    /** @throws IllegalArgumentException a reference points nowhere, or schemas apply each other in a circle, or too many in a row */
    void check(int rowMax) {
        for (var ref : refs) {
            ref.from.applies.addAll(targets(ref));
        }
        for (var node : byPointer.values()) {
            if (row(node) > rowMax) {
                throw new IllegalArgumentException("more than " + rowMax + " schemas apply each other to one value");
            }
        }
    }

    private List<Node> targets(Ref ref) {
        String fragment = URLDecoder.decode(ref.text.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
        if (fragment.isEmpty() || fragment.startsWith("/")) {
            return List.of(found(byPointer.get(fragment), ref));
        }
        var targets = new ArrayList<>(byDynamicAnchor.getOrDefault(fragment, List.of()));
        if (targets.isEmpty() || byAnchor.containsKey(fragment)) {
            targets.add(found(byAnchor.get(fragment), ref));
        }
        return targets;
    }

    private static Node found(@Nullable Node node, Ref ref) {
        if (node == null) {
            throw new IllegalArgumentException(
                    ref.keyword + " " + ProblemText.cut(ref.text) + " points to no schema of this document");
        }
        return node;
    }

    private static int row(Node node) {
        if (node.row < 0) {
            throw new IllegalArgumentException("schemas apply each other in a circle, by $ref, to one value");
        }
        if (node.row == 0) {
            node.row = -1;
            int longest = 0;
            for (var applied : node.applies) {
                longest = Math.max(longest, row(applied));
            }
            node.row = longest + 1;
        }
        return node.row;
    }
}
