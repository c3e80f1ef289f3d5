package dev.portcullis.policy;

/** What somebody wants to do. */
public sealed interface Action {
    /** Sign in at all; asked before there is a grant. */
    record SignIn() implements Action {}

    /** Be given a scope, in a grant or a token (O-42). */
    record HoldScope(String scope) implements Action {}

    /** See and call a tool. */
    record CallTool(String name) implements Action {}

    /** See and read a resource. */
    record ReadResource(String uri) implements Action {}

    /** See and get a prompt. */
    record GetPrompt(String name) implements Action {}
}
