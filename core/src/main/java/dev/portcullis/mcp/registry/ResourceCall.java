package dev.portcullis.mcp.registry;

/** One read of a resource. */
public interface ResourceCall extends Call {
    /** Which one. */
    String uri();

    /**
     * What stands in the URI for a variable of the template, percent-decoded. It is the client's text: check it before it becomes a path or a query (T-103).
     *
     * @throws IllegalArgumentException the template has no such variable
     */
    String variable(String name);
}
