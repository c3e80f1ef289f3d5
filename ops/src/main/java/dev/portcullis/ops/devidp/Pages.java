package dev.portcullis.ops.devidp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The stand-in's pages: no script, nothing loaded, readable on a narrow screen and in the dark. Every value is escaped. */
final class Pages {
    private static final String STYLE = """
            :root{color-scheme:light dark;--page:#f3f4f6;--card:#fff;--ink:#16181d;--soft:#565d6b;--line:#d6dae1;--edge:#868d9a;\
            --accent:#1d4ed8;--on-accent:#fff;--note:#fff4d6;--note-ink:#5c4300;--note-line:#e8c877;--bad:#b42318}
            @media(prefers-color-scheme:dark){:root{--page:#101216;--card:#191c22;--ink:#eceef2;--soft:#a3abba;--line:#343a46;--edge:#737b8a;\
            --accent:#8fb1ff;--on-accent:#0c1a3d;--note:#332a12;--note-ink:#f5dfa4;--note-line:#6b5720;--bad:#ff9b8f}}
            *{box-sizing:border-box}
            body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
            main{max-width:30rem;margin:0 auto;padding:2.5rem 1rem}
            .card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.5rem}
            h1{font-size:1.375rem;line-height:1.25;margin:0 0 .25rem}
            h2{font-size:1rem;margin:1.5rem 0 .5rem}
            p{margin:.25rem 0 0;color:var(--soft)}
            .note{background:var(--note);color:var(--note-ink);border:1px solid var(--note-line);border-radius:.5rem;\
            padding:.625rem .75rem;margin:0 0 1.25rem;font-size:.9375rem}
            .bad{color:var(--bad);font-weight:600;margin:1rem 0 0}
            button{font:inherit;color:inherit;cursor:pointer;border-radius:.5rem;border:1px solid var(--edge);background:transparent;\
            min-height:2.75rem;padding:.5rem .875rem;width:100%}
            button:hover{border-color:var(--accent)}
            :focus-visible{outline:3px solid var(--accent);outline-offset:2px}
            .person{display:block;text-align:left;margin-top:.5rem;overflow-wrap:anywhere}
            .person b{display:block}
            .person span{display:block;color:var(--soft);font-size:.875rem}
            label{display:block;margin-top:.75rem;font-size:.9375rem;font-weight:600}
            label small{font-weight:400;color:var(--soft)}
            input,select{display:block;width:100%;font:inherit;color:inherit;background:var(--page);border:1px solid var(--edge);font-weight:400;\
            border-radius:.5rem;min-height:2.75rem;padding:.5rem .75rem;margin-top:.25rem}
            .main{background:var(--accent);border-color:var(--accent);color:var(--on-accent);font-weight:600;margin-top:1rem}
            ul{margin:.5rem 0 0;padding-left:1.25rem}
            details{border:1px solid var(--line);border-radius:.5rem;padding:.625rem .875rem;margin-top:.5rem;overflow-wrap:anywhere}
            summary{cursor:pointer}
            summary span{display:block;color:var(--soft);font-size:.875rem}
            summary em{color:var(--bad);font-style:normal;font-weight:600}
            .row{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:.75rem}
            .row>*{flex:1 1 9rem}
            .more{margin-top:1rem;font-size:.875rem}
            a{color:var(--accent)}
            .foot{border-top:1px solid var(--line);margin-top:1.5rem;padding-top:1.25rem}
            """;

    /** The style as the content security policy names it. */
    static final String STYLE_HASH = "sha256-" + sha256(STYLE);

    private Pages() {}

    /** @param mistake what was wrong with the form before; null the first time */
    static String choose(DevIdpSettings settings, @Nullable String mistake) {
        String people = settings.people().stream().map(Pages::button).collect(Collectors.joining("\n"));
        return page("Sign in (local stand-in)", """
                <p class="note"><strong>Local stand-in for Cloudflare Access.</strong> It runs on this computer, for development only, \
                and asks for no password: pick who you want to be.</p>
                <h1>Who is signing in?</h1>
                <p>Application: %s</p>
                %s
                <form method="post" aria-label="Ready-made people">
                %s
                </form>
                <form method="post">
                <h2>Or somebody else</h2>
                <label>E-mail<input name="email" type="email" required maxlength="254" autocomplete="off" \
                placeholder="dana@example.com"></label>
                <label>Name <small>(optional)</small><input name="name" maxlength="100" autocomplete="off"></label>
                <label>Groups <small>(optional, separated by commas)</small><input name="groups" maxlength="1000" \
                autocomplete="off"></label>
                <button class="main" name="action" value="signin">Sign in</button>
                </form>
                <form method="post" class="foot">
                <button name="action" value="cancel">Cancel</button>
                </form>
                <p class="more"><a href="/dev">Make it fail</a> to see what happens then.</p>
                """.formatted(
                        escape(settings.clientId()),
                        mistake == null ? "" : "<p class=\"bad\" role=\"alert\">" + escape(mistake) + "</p>",
                        people));
    }

    static String problem(String what) {
        return page("Cannot sign in (local stand-in)", """
                <p class="note"><strong>Local stand-in for Cloudflare Access.</strong> It runs on this computer, for development only.</p>
                <h1>This request cannot be answered</h1>
                <p>%s</p>
                <p>Go back to the application and begin again.</p>
                """.formatted(escape(what)));
    }

    private static String button(Person person) {
        String groups = person.groups().isEmpty() ? "no groups" : String.join(", ", person.groups());
        return "<button class=\"person\" name=\"person\" value=\"%s\"><b>%s</b><span>%s · %s</span></button>"
                .formatted(escape(person.email()), escape(person.name()), escape(person.email()), escape(groups));
    }

    static String page(String title, String content) {
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="robots" content="noindex">
                <title>%s</title>
                <style>%s</style>
                </head>
                <body>
                <main><div class="card">
                %s</div></main>
                </body>
                </html>
                """.formatted(escape(title), STYLE, content);
    }

    static String escape(String text) {
        var escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks SHA-256", e);
        }
    }
}
