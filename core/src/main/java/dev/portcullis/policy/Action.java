package dev.portcullis.policy;

import org.jspecify.annotations.Nullable;

/** What somebody wants to do. */
public sealed interface Action {
    /** Sign in at all; asked before there is a grant. */
    record SignIn() implements Action {}

    /** Be given a scope, in a grant or a token (O-42). */
    record HoldScope(String scope) implements Action {}

    /** See and call a tool. */
    record CallTool(String name) implements Action {}

    /**
     * See and read a resource.
     *
     * @param uri of the resource; when a template is listed, its text
     * @param template text of the template that the URI fits, so that a rule about a template is one about all that is read through it; null for one resource
     */
    record ReadResource(String uri, @Nullable String template) implements Action {
        /** One resource. */
        public ReadResource(String uri) {
            this(uri, null);
        }
    }

    /** See and get a prompt. */
    record GetPrompt(String name) implements Action {}
}
