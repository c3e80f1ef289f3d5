package dev.portcullis.ops.devidp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.portcullis.ops.devidp.Switches.Answer;
import dev.portcullis.ops.devidp.Switches.Claims;
import dev.portcullis.ops.devidp.Switches.RefreshTokenUse;
import dev.portcullis.ops.devidp.Switches.State;
import dev.portcullis.ops.devidp.Switches.TokenAnswer;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The switches over HTTP: a page to look at and to press, and the same forms for programs, which get the new state as JSON.
 *
 * <pre>
 *   GET  /dev
 *   POST /dev/switches     answer, token-answer, claims, refresh-tokens, delay-millis: those that are there are changed
 *   POST /dev/people       email, and action: remove, restore, or change with groups (separated by commas) and new-email
 *   POST /dev/rotate-keys  ?drop-old=true
 *   POST /dev/drop-keys
 *   POST /dev/reset
 * </pre>
 */
final class SwitchesHandler {
    private final Switches switches;
    private final Directory directory;
    private final SigningKeys keys;
    private final String origin;

    /** Changes something. @return what is wrong with the form; null if it was done */
    @FunctionalInterface
    interface Change {
        @Nullable
        String make(Form form);
    }

    SwitchesHandler(Switches switches, Directory directory, SigningKeys keys, String origin) {
        this.switches = switches;
        this.directory = directory;
        this.keys = keys;
        this.origin = origin;
    }

    void page(HttpExchange exchange) throws IOException {
        Replies.page(exchange, 200, SwitchesPage.of(switches.state(), directory.entries()));
    }

    /** Only for pages of our own and for programs (T-52). */
    HttpHandler making(Change change) {
        return exchange -> {
            if (Replies.isCrossSite(exchange, origin)) {
                Replies.text(exchange, 403, "Other sites may not do this.");
                return;
            }
            String mistake = change.make(fields(exchange));
            if (mistake != null) {
                Replies.text(exchange, 400, mistake);
            } else if (wantsPage(exchange)) {
                Replies.redirect(exchange, origin + "/dev");
            } else {
                Replies.json(exchange, 200, state());
            }
        };
    }

    /** Of the form, or of the query where there is none. */
    private static Form fields(HttpExchange exchange) throws IOException {
        Form form = Replies.form(exchange);
        if (form == null || form.fields().isEmpty()) {
            form = Form.parse(exchange.getRequestURI().getRawQuery());
        }
        return form == null ? new Form(Map.of()) : form;
    }

    private static boolean wantsPage(HttpExchange exchange) {
        String accept = exchange.getRequestHeaders().getFirst("Accept");
        return accept != null && accept.startsWith("text/html");
    }

    private Map<String, Object> state() {
        State now = switches.state();
        var members = new LinkedHashMap<String, Object>();
        members.put("answer", Switches.wireName(now.answer()));
        members.put("token-answer", Switches.wireName(now.tokenAnswer()));
        members.put("claims", Switches.wireName(now.claims()));
        members.put("refresh-tokens", Switches.wireName(now.refreshTokens()));
        members.put("delay-millis", now.delayMillis());
        members.put(
                "removed",
                directory.entries().stream()
                        .filter(Directory.Entry::isRemoved)
                        .map(entry -> entry.signsInAs().email())
                        .toList());
        return members;
    }

    @Nullable
    String change(Form form) {
        State now = switches.state();
        try {
            switches.set(new State(
                    chosen(Answer.class, form.get("answer"), now.answer()),
                    chosen(TokenAnswer.class, form.get("token-answer"), now.tokenAnswer()),
                    chosen(Claims.class, form.get("claims"), now.claims()),
                    chosen(RefreshTokenUse.class, form.get("refresh-tokens"), now.refreshTokens()),
                    form.get("delay-millis").isEmpty()
                            ? now.delayMillis()
                            : Integer.parseInt(form.get("delay-millis"))));
            return null;
        } catch (NumberFormatException e) {
            return "delay-millis is not a number.";
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    private static <E extends Enum<E>> E chosen(Class<E> type, String name, E otherwise) {
        if (name.isEmpty()) {
            return otherwise;
        }
        List<E> all = Arrays.asList(type.getEnumConstants());
        return all.stream()
                .filter(value -> Switches.wireName(value).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Not one of " + all.stream().map(Switches::wireName).toList() + ": " + name));
    }

    @Nullable
    String changePerson(Form form) {
        Person person = Person.parse(form.get("email"), "", form.get("groups"));
        if (person == null) {
            return "That is not an e-mail address, or something is too long.";
        }
        switch (form.get("action")) {
            case "remove" -> directory.remove(person.email());
            case "restore" -> directory.restore(person.email());
            case "change" -> {
                String next = form.get("new-email");
                Person renamed = next.isEmpty() ? person : Person.parse(next, "", "");
                if (renamed == null) {
                    return "new-email is not an e-mail address.";
                }
                directory.setGroups(person.email(), person.groups());
                directory.setEmail(person.email(), renamed.email());
            }
            default -> {
                return "action must be remove, restore or change.";
            }
        }
        return null;
    }

    @Nullable
    String rotateKeys(Form form) {
        keys.rotate();
        if (form.get("drop-old").equals("true")) {
            keys.dropOld();
        }
        return null;
    }

    @Nullable
    String dropKeys(Form form) {
        keys.dropOld();
        return null;
    }

    @Nullable
    String reset(Form form) {
        switches.reset();
        directory.reset();
        return null;
    }
}
