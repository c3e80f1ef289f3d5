package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.Reply;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The frame of every page for people, and the one place of the headers that go with it (O-5, O-62, T-56). Stateless. */
final class Page {
    private static final String BEFORE_TITLE = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="robots" content="noindex">
            """;

    /**
     * A page with a form says, for itself alone, what the header of all answers does not: with {@code no-referrer} browsers would send the form with
     * {@code Origin: null} (Fetch §3.2), and we could not tell our own form by it (O-63). Other origins still get no referrer.
     */
    private static final String REFERRER_FOR_FORMS = "<meta name=\"referrer\" content=\"same-origin\">\n";

    private static final String AFTER_TITLE = """
            <body>
            <main>
            <p class="brand"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 21V9a8 8 0 0 1 16 0v12M9 5v16M15 5v16M4 11h16M4 16h16"/></svg><span>\
            """;

    private static final String END = "</main>\n</body>\n</html>\n";

    private Page() {}

    /**
     * @param title what the page is about; text
     * @param server our own name; text
     * @param body markup, finished
     * @param formAction sources a form of the page may be sent and redirected to (CSP3 {@code form-action}); {@code 'none'} for a page without a form
     */
    static Reply reply(HttpResponseStatus status, String title, String server, Html body, String formAction) {
        boolean hasForm = !formAction.equals("'none'");
        String html = new Html()
                .markup(BEFORE_TITLE)
                .markup(hasForm ? REFERRER_FOR_FORMS : "")
                .markup("<title>")
                .text(title)
                .markup("</title>\n<style>")
                .markup(PageStyle.CSS)
                .markup("</style>\n</head>\n")
                .markup(AFTER_TITLE)
                .text(server)
                .markup("</span></p>\n")
                .markup(body.toString())
                .markup(END)
                .toString();
        return new Reply(status, headers(formAction), Unpooled.wrappedBuffer(html.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Map.Entry<CharSequence, CharSequence>> headers(String formAction) {
        return List.of(
                Map.entry("content-type", "text/html; charset=utf-8"),
                Map.entry(
                        "content-security-policy",
                        "default-src 'none'; style-src " + PageStyle.CSP_SOURCE + "; form-action " + formAction
                                + "; base-uri 'none'; frame-ancestors 'none'"),
                Map.entry("x-frame-options", "DENY"),
                Map.entry("cache-control", "no-store"),
                Map.entry("x-content-type-options", "nosniff"),
                Map.entry("referrer-policy", "no-referrer"));
    }

    /** A redirect, with what must go with it. */
    static Reply redirect(HttpResponseStatus status, String location) {
        return new Reply(
                status,
                List.of(
                        Map.entry("location", location),
                        Map.entry("cache-control", "no-store"),
                        Map.entry("x-content-type-options", "nosniff"),
                        Map.entry("referrer-policy", "no-referrer")),
                Unpooled.EMPTY_BUFFER);
    }
}
