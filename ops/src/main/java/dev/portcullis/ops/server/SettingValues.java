package dev.portcullis.ops.server;

import dev.portcullis.ops.log.Lines;
import dev.portcullis.ops.server.ConfigException.Mistake;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The texts of all settings that are set, each with the place it came from, and the mistakes found so far. Sources are put in the order in which they win. For one
 * thread.
 */
final class SettingValues {
    private static final int SHOWN_CHARS_MAX = 120;

    private final Map<Setting, Value> values = new EnumMap<>(Setting.class);
    private final Map<String, YamlNode> sections = new HashMap<>();
    private final List<Mistake> mistakes = new ArrayList<>();

    /**
     * One text.
     *
     * @param origin where it stands, e.g. {@code .dev.vars line 3}
     */
    record Value(String text, String origin) {}

    /** Sets it unless a source that wins over this one has; an empty text is as good as none. */
    void put(Setting setting, String text, String origin) {
        if (!text.isBlank()) {
            values.putIfAbsent(setting, new Value(text.strip(), origin));
        }
    }

    /** Keeps a section of {@code portcullis.yaml}, for whoever understands it. */
    void putSection(String name, YamlNode section) {
        sections.put(name, section);
    }

    /** @return a section of {@code portcullis.yaml}, one of {@link YamlFile#SECTIONS}; null if it is not there */
    @Nullable
    YamlNode section(String name) {
        return sections.get(name);
    }

    boolean isSet(Setting setting) {
        return values.containsKey(setting);
    }

    /** @return its text; null if not set */
    @Nullable
    String textOrNull(Setting setting) {
        var value = values.get(setting);
        return value == null ? null : value.text;
    }

    /** @return its text, or its default */
    String text(Setting setting) {
        var value = values.get(setting);
        return value == null ? setting.defaultText() : value.text;
    }

    /** @return its number; its default where the text is none, which is a mistake */
    int number(Setting setting) {
        int otherwise = Integer.parseInt(setting.defaultText());
        String text = textOrNull(setting);
        if (text == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= setting.min() && number <= setting.max()) {
                return (int) number;
            }
        } catch (NumberFormatException notANumber) {
            // Said below, as for a number out of bounds.
        }
        mistake(
                setting,
                "is no whole number from " + setting.min() + " to " + setting.max(),
                "Give " + setting.unit() + ", for example " + setting.example() + ".");
        return otherwise;
    }

    /** @return the number of seconds, in milliseconds */
    int millis(Setting setting) {
        return Math.multiplyExact(number(setting), 1_000);
    }

    /** @return whether it is on; its default where the text is neither, which is a mistake */
    boolean isOn(Setting setting) {
        switch (text(setting)) {
            case "on", "true" -> {
                return true;
            }
            case "off", "false" -> {
                return false;
            }
            default -> {
                mistake(setting, "is neither on nor off", "Set " + setting + "=on or " + setting + "=off.");
                return setting.defaultText().equals("on");
            }
        }
    }

    /** Its parts between commas, stripped, without empty ones. */
    List<String> list(Setting setting) {
        return List.of(text(setting).split(",", -1)).stream()
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    /** Remembers a mistake in a setting's value. */
    void mistake(Setting setting, String whatIsWrong, String mend) {
        mistakes.add(new Mistake(nameAndValue(setting) + " " + whatIsWrong + ".", mend));
    }

    /** Remembers any other mistake. */
    void mistake(String what, String mend) {
        mistakes.add(new Mistake(what, mend));
    }

    /** Remembers that a file has a name that is no setting. */
    void unknown(String written, String origin) {
        var closest = Setting.closestTo(written);
        mistakes.add(new Mistake(
                Lines.escape(written, SHOWN_CHARS_MAX) + " (" + origin + ") is no setting.",
                closest == null
                        ? "Take it out; ops/run --help lists all settings."
                        : "Did you mean " + closest + "? ops/run --help lists all settings."));
    }

    /** @return {@code PORT=0 (.dev.vars line 3)}; the name alone for what is secret, or not set */
    private String nameAndValue(Setting setting) {
        var value = values.get(setting);
        if (value == null) {
            return setting.name();
        }
        String shown = setting.isSecret() ? "" : "=" + Lines.escape(withoutLogin(setting, value.text), SHOWN_CHARS_MAX);
        return setting + shown + " (" + value.origin + ")";
    }

    /** @return the text; of a URL with a password in it, without that and the name before it (T-94) */
    private static String withoutLogin(Setting setting, String text) {
        int scheme = text.indexOf("://");
        int at = text.lastIndexOf('@');
        if (scheme < 0 || at < scheme) {
            return text;
        }
        String login = text.substring(scheme + 3, at);
        boolean isSecret = setting == Setting.STORE || login.indexOf(':') >= 0;
        return isSecret ? text.substring(0, scheme) + "://…" + text.substring(at) : text;
    }

    List<Mistake> mistakes() {
        return mistakes;
    }
}
