package dev.portcullis.mcp.dispatch;

/**
 * Leaves an author's code whose call has been answered from within {@link CallRun#ask}: with questions, or because they could not be asked. An {@link Error}, so that code
 * that catches every {@link Exception} lets it pass; code that catches even this is heard no more, for its call has ended. Without a stack trace: it is no fault.
 */
final class CallAnsweredError extends Error {
    private static final long serialVersionUID = 1;

    CallAnsweredError() {
        super("the call has been answered", null, false, false);
    }
}
