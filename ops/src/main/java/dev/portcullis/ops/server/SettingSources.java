package dev.portcullis.ops.server;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects settings from the program, the environment, {@code .dev.vars} and {@code portcullis.yaml}; the former win over the latter. */
final class SettingSources {
    static final String DEV_VARS = ".dev.vars";
    static final String YAML = "portcullis.yaml";
    private static final long FILE_BYTES_MAX = 1024 * 1024;

    private SettingSources() {}

    static SettingValues read(Map<String, String> environment, Path directory) {
        var values = new SettingValues();
        readAround(environment, directory, values);
        return values;
    }

    /** Adds what stands around the process. */
    static void readAround(Map<String, String> environment, Path directory, SettingValues values) {
        readEnvironment(environment, values);
        readDevVars(directory, values);
        readYaml(directory, values);
    }

    /** Adds what the program itself says; a name that is no setting is a mistake. */
    static void readProgram(Map<String, String> settings, SettingValues values) {
        var seen = new EnumMap<Setting, String>(Setting.class);
        settings.forEach((name, text) -> put(values, Setting.named(name), name, text, "program", seen));
    }

    /** A variable that is no setting belongs to somebody else. */
    private static void readEnvironment(Map<String, String> environment, SettingValues values) {
        for (Setting setting : Setting.values()) {
            String text = environment.get(setting.name());
            if (text != null && setting.kind() != Setting.Kind.SCRIPT) {
                values.put(setting, text, "environment");
            }
        }
    }

    private static void readDevVars(Path directory, SettingValues values) {
        String text = textOf(directory, DEV_VARS, values);
        if (text == null) {
            return;
        }
        var seen = new EnumMap<Setting, String>(Setting.class);
        for (var line : DotEnvFile.parse(text)) {
            String origin = DEV_VARS + " line " + line.number();
            switch (line) {
                case DotEnvFile.Line.Wrong(var _, String what) ->
                    values.mistake(origin + " " + what + ".", "Write KEY=value, or put # in front of a comment.");
                case DotEnvFile.Line.Assignment(var _, String key, String value) ->
                    put(values, Setting.named(key), key, value, origin, seen);
            }
        }
    }

    private static void readYaml(Path directory, SettingValues values) {
        String text = textOf(directory, YAML, values);
        if (text == null) {
            return;
        }
        YamlFile.Contents contents;
        try {
            contents = YamlFile.parse(text);
        } catch (YamlFile.YamlException e) {
            values.mistake(
                    YAML + " " + e.explanation() + ".",
                    "Write name: value, values with a colon or a # in quotes; see ops/portcullis.example.yaml.");
            return;
        }
        var seen = new EnumMap<Setting, String>(Setting.class);
        contents.sections().forEach(values::putSection);
        for (var entry : contents.entries()) {
            put(
                    values,
                    Setting.named(entry.name()),
                    entry.written(),
                    entry.value(),
                    YAML + " line " + entry.line(),
                    seen);
        }
    }

    private static void put(
            SettingValues values,
            @Nullable Setting setting,
            String written,
            String text,
            String origin,
            Map<Setting, String> seen) {
        if (setting == null) {
            values.unknown(written, origin);
        } else if (setting.kind() == Setting.Kind.SCRIPT) {
            values.mistake(setting + " (" + origin + ") has no effect there.", "Set it in the environment of ops/run.");
        } else {
            String earlier = seen.putIfAbsent(setting, origin);
            if (earlier == null) {
                values.put(setting, text, origin);
            } else {
                values.mistake(setting + " stands twice: " + earlier + " and " + origin + ".", "Keep one of them.");
            }
        }
    }

    /** @return what stands in the file; null if there is none, or it cannot be read, which is a mistake */
    private static @Nullable String textOf(Path directory, String name, SettingValues values) {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            return null;
        }
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                values.mistake(name + " is longer than " + FILE_BYTES_MAX + " bytes.", "Keep settings only in it.");
                return null;
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            values.mistake(name + " is not UTF-8 text.", "Save it as UTF-8.");
        } catch (IOException e) {
            values.mistake(
                    name + " cannot be read (" + e + ").", "Make it a file that the user of the server may read.");
        }
        return null;
    }
}
