package dev.portcullis.mcp.registry;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tools of this server, in the order of their registration. Immutable. */
public final class ToolRegistry {
    private final Roster<RegisteredTool> roster;

    private ToolRegistry(Roster<RegisteredTool> roster) {
        this.roster = roster;
    }

    /** The same of an array. */
    public static ToolRegistry of(ToolHandler... handlers) {
        return of(List.of(handlers));
    }

    /**
     * Checks and compiles the definitions.
     *
     * @throws IllegalArgumentException all that is wrong, one line per tool
     */
    public static ToolRegistry of(List<? extends ToolHandler> handlers) {
        var problems = new DefinitionProblems("tool");
        var all = new ArrayList<RegisteredTool>();
        var names = new HashSet<String>();
        for (var handler : handlers) {
            String name = handler.definition().name();
            try {
                all.add(RegisteredTool.of(handler));
                problems.require(names.add(name), name, "the name is taken");
            } catch (IllegalArgumentException e) {
                problems.require(false, name, String.valueOf(e.getMessage()));
            }
        }
        problems.throwIfAny();
        return new ToolRegistry(Roster.of(all));
    }

    /** @throws IllegalArgumentException what is wrong with it */
    ToolRegistry with(ToolHandler handler) {
        var tool = of(handler).all().getFirst();
        var problems = new DefinitionProblems("tool");
        problems.require(find(tool.key()) == null, tool.key(), "the name is taken");
        problems.throwIfAny();
        return new ToolRegistry(roster.with(tool));
    }

    ToolRegistry without(String name) {
        return new ToolRegistry(roster.without(name));
    }

    public @Nullable RegisteredTool find(String name) {
        return roster.find(name);
    }

    /** @return the tools' names */
    public Set<String> names() {
        return all().stream().map(RegisteredTool::key).collect(Collectors.toUnmodifiableSet());
    }

    public List<RegisteredTool> all() {
        return roster.all();
    }

    /** @return the same, with the place of each */
    public Roster<RegisteredTool> roster() {
        return roster;
    }
}
