package dev.portcullis.mcp.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the client answered to an {@link InputRequest} of the matching kind; checked against it (H-192). */
public sealed interface InputResponse {
    /**
     * Of a form or page.
     *
     * @param content what was filled in, which fits the form; null unless a form was accepted
     */
    record Elicited(Action action, @Nullable Arguments content) implements InputResponse {
        /** @return whether the person filled in and sent the form, or agreed to visit the page */
        public boolean accepted() {
            return action == Action.ACCEPT;
        }
    }

    /** What the person did (H-192). */
    enum Action {
        ACCEPT("accept"),
        DECLINE("decline"),
        CANCEL("cancel");

        private final String text;

        Action(String text) {
            this.text = text;
        }

        /** @return the name on the wire */
        public String text() {
            return text;
        }
    }

    /** Of a model (MCP {@code CreateMessageResult}). */
    record Sampled(
            Role role,
            List<SamplingContent> content,
            String model,
            @Nullable String stopReason) implements InputResponse {
        public Sampled {
            content = List.copyOf(content);
        }

        /** @return all text of it, in order */
        public String text() {
            var text = new StringBuilder();
            for (var block : content) {
                if (block instanceof Content.Text plain) {
                    text.append(plain.text());
                }
            }
            return text.toString();
        }
    }

    /** Of a request for roots. */
    record RootList(List<Root> roots) implements InputResponse {
        public RootList {
            roots = List.copyOf(roots);
        }
    }
}
