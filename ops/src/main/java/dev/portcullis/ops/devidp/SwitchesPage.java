package dev.portcullis.ops.devidp;

import dev.portcullis.ops.devidp.Switches.Answer;
import dev.portcullis.ops.devidp.Switches.Claims;
import dev.portcullis.ops.devidp.Switches.RefreshTokenUse;
import dev.portcullis.ops.devidp.Switches.State;
import dev.portcullis.ops.devidp.Switches.TokenAnswer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The page on which the stand-in is made to fail: says what is switched first, then offers every switch. No script; every value is escaped. */
final class SwitchesPage {
    private SwitchesPage() {}

    static String of(State state, List<Directory.Entry> people) {
        return Pages.page("Switches (local stand-in)", """
                <p class="note"><strong>Local stand-in for Cloudflare Access.</strong> It runs on this computer, for development only. \
                Here it is made to fail as a real provider may.</p>
                <h1>Switches</h1>
                %s
                <h2>People</h2>
                <p>Whoever is removed is refused at the next refresh and the next sign-in.</p>
                %s
                <form method="post" action="/dev/switches">
                <h2>Answers</h2>
                <label>All endpoints answer%s</label>
                <label>The token endpoint answers%s</label>
                <label>ID tokens tell%s</label>
                <label>Refresh tokens%s</label>
                <label>Milliseconds before each answer<input name="delay-millis" type="number" min="0" max="%d" required value="%d"></label>
                <button class="main">Switch</button>
                </form>
                <h2>Keys</h2>
                <div class="row">
                <form method="post" action="/dev/rotate-keys"><button>Sign with a new key</button></form>
                <form method="post" action="/dev/drop-keys"><button>Drop the old keys</button></form>
                </div>
                <form method="post" action="/dev/reset" class="foot"><button>Everything as it should be</button></form>
                """.formatted(
                        summary(state, people),
                        people.stream().map(SwitchesPage::person).collect(Collectors.joining("\n")),
                        select("answer", Answer.values(), state.answer(), answer -> answer.words),
                        select("token-answer", TokenAnswer.values(), state.tokenAnswer(), answer -> answer.words),
                        select("claims", Claims.values(), state.claims(), claims -> claims.words),
                        select("refresh-tokens", RefreshTokenUse.values(), state.refreshTokens(), use -> use.words),
                        Switches.DELAY_MILLIS_MAX,
                        state.delayMillis()));
    }

    private static String summary(State state, List<Directory.Entry> people) {
        var switched = new ArrayList<String>();
        if (state.answer() != Answer.PROPER) {
            switched.add("All endpoints answer " + state.answer().words);
        }
        if (state.tokenAnswer() != TokenAnswer.PROPER) {
            switched.add("The token endpoint answers " + state.tokenAnswer().words);
        }
        if (state.claims() != Claims.TRUE) {
            switched.add("ID tokens tell " + state.claims().words);
        }
        if (state.refreshTokens() != RefreshTokenUse.ROTATED) {
            switched.add("Refresh tokens: " + state.refreshTokens().words);
        }
        if (state.delayMillis() > 0) {
            switched.add("Each answer waits " + state.delayMillis() + " ms");
        }
        for (var entry : people) {
            if (entry.isRemoved()) {
                switched.add(entry.signsInAs().email() + " was removed");
            } else if (entry.isChanged()) {
                switched.add(entry.signsInAs().email() + " was changed");
            }
        }
        if (switched.isEmpty()) {
            return "<p role=\"status\">Nothing is switched: it behaves as Access does.</p>";
        }
        return switched.stream()
                .map(words -> "<li>" + Pages.escape(words) + "</li>")
                .collect(Collectors.joining("\n", "<ul class=\"bad\" role=\"status\">\n", "\n</ul>"));
    }

    private static String person(Directory.Entry entry) {
        Person now = entry.now();
        String id = Pages.escape(entry.signsInAs().email());
        String action = entry.isRemoved() ? "restore" : "remove";
        return """
                <details><summary><b>%s</b>%s<span>%s · %s</span></summary>
                <form method="post" action="/dev/people">
                <input type="hidden" name="email" value="%s">
                <p><small>sub: %s</small></p>
                <label>Groups <small>(separated by commas)</small><input name="groups" maxlength="1000" autocomplete="off" value="%s"></label>
                <label>E-mail<input name="new-email" type="email" required maxlength="254" autocomplete="off" value="%s"></label>
                <div class="row"><button name="action" value="change">Change</button>
                <button name="action" value="%s">%s</button></div>
                </form></details>
                """.formatted(
                        Pages.escape(now.name()),
                        entry.isRemoved() ? " <em>removed</em>" : "",
                        Pages.escape(now.email()),
                        Pages.escape(now.groups().isEmpty() ? "no groups" : String.join(", ", now.groups())),
                        id,
                        entry.signsInAs().subject(),
                        Pages.escape(String.join(", ", now.groups())),
                        Pages.escape(now.email()),
                        action,
                        entry.isRemoved() ? "Bring back" : "Remove");
    }

    private static <E extends Enum<E>> String select(String name, E[] values, E current, Function<E, String> words) {
        return Arrays.stream(values)
                .map(value -> "<option value=\"%s\"%s>%s</option>"
                        .formatted(
                                Switches.wireName(value),
                                value == current ? " selected" : "",
                                Pages.escape(words.apply(value))))
                .collect(Collectors.joining("", "<select name=\"" + name + "\">", "</select>"));
    }
}
