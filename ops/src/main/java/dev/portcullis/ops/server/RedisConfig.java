package dev.portcullis.ops.server;

import static dev.portcullis.ops.server.Setting.*;

import dev.portcullis.redis.RedisAddress;
import dev.portcullis.redis.RedisSettings;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads where Redis is and how it is spoken to. Nothing that is said about it holds a password (T-94). */
final class RedisConfig {
    private static final Pattern URL = Pattern.compile("rediss?(-sentinel|-cluster)?:.*");
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\..*|::1");
    private static final String SOMEWHERE = "redis://localhost";

    private final SettingValues values;
    private final Path directory;
    private final List<String> warnings;

    private RedisConfig(SettingValues values, Path directory, List<String> warnings) {
        this.values = values;
        this.directory = directory;
        this.warnings = warnings;
    }

    /** @return whether STORE is to be in Redis, rightly written or not */
    static boolean isMeant(String store) {
        return URL.matcher(store).matches();
    }

    /** Warns of what is set for Redis, which is not used. */
    static void warnOfUnused(SettingValues values, List<String> warnings) {
        var unused = Arrays.stream(Setting.values())
                .filter(setting -> setting.name().startsWith("REDIS_") && values.isSet(setting))
                .map(Setting::name)
                .toList();
        if (!unused.isEmpty()) {
            warnings.add(String.join(", ", unused) + (unused.size() == 1 ? " has" : " have")
                    + " no effect, since STORE is not in Redis.");
        }
    }

    /** Reads and checks; mistakes go to {@code values}, what is allowed but should be known to {@code warnings}. */
    static RedisSettings load(SettingValues values, Path directory, List<String> warnings) {
        return new RedisConfig(values, directory, warnings).settings();
    }

    private RedisSettings settings() {
        var address = address();
        if (!address.tls() && !address.servers().stream().allMatch(RedisConfig::isLoopback)) {
            warnings.add(
                    "Redis is spoken to without TLS, off this machine: whoever is on the way can read and change what is"
                            + " said. Use " + address.toString().replaceFirst("redis", "rediss") + ".");
        }
        var limits = new RedisSettings.Limits(
                values.number(REDIS_CONNECT_MILLIS),
                values.number(REDIS_COMMAND_MILLIS),
                values.number(REDIS_CONNECTIONS),
                values.number(REDIS_WAITING_MAX),
                values.number(REDIS_WAIT_REPLICAS));
        return new RedisSettings(withDatabase(address), login(address), authorities(address), prefix(), limits);
    }

    private RedisAddress address() {
        try {
            return RedisAddress.parse(values.text(STORE));
        } catch (IllegalArgumentException e) {
            values.mistake(STORE, String.valueOf(e.getMessage()), "For example STORE=" + STORE.example() + ".");
            return RedisAddress.parse(SOMEWHERE);
        }
    }

    private static boolean isLoopback(RedisAddress.Server server) {
        return LOOPBACK.matcher(server.host()).matches();
    }

    private RedisAddress withDatabase(RedisAddress address) {
        int database = values.number(REDIS_DATABASE);
        if (database == 0) {
            return address;
        }
        if (address.kind() == RedisAddress.Kind.CLUSTER) {
            values.mistake(REDIS_DATABASE, "cannot be, since a cluster has only database 0", "Take it out.");
        } else if (address.database() != 0 && address.database() != database) {
            values.mistake(REDIS_DATABASE, "differs from the database in the URL of STORE", "Take one of them out.");
        }
        return address.withDatabase(database);
    }

    private RedisSettings.Login login(RedisAddress address) {
        String user = one(REDIS_USER, address.user());
        String password = one(REDIS_PASSWORD, address.password());
        if (user != null && password == null) {
            values.mistake(
                    "There is a name for Redis, but no password.", "Set REDIS_PASSWORD, or take REDIS_USER out.");
        }
        String sentinelUser = ofSentinels(REDIS_SENTINEL_USER, address);
        String sentinelPassword = ofSentinels(REDIS_SENTINEL_PASSWORD, address);
        if (sentinelUser != null && sentinelPassword == null) {
            values.mistake(
                    "There is a name for the Sentinels, but no password.",
                    "Set REDIS_SENTINEL_PASSWORD, or take REDIS_SENTINEL_USER out.");
        }
        return new RedisSettings.Login(user, password, sentinelUser, sentinelPassword);
    }

    private @Nullable String ofSentinels(Setting setting, RedisAddress address) {
        String text = values.textOrNull(setting);
        if (text != null && address.kind() != RedisAddress.Kind.SENTINEL) {
            warnings.add(setting + " has no effect, since STORE names no Sentinels.");
        }
        return text;
    }

    private @Nullable String one(Setting setting, @Nullable String inUrl) {
        String text = values.textOrNull(setting);
        if (text != null && inUrl != null && !text.equals(inUrl)) {
            values.mistake(setting + " is set, and the URL of STORE has another one.", "Take the one in the URL out.");
        }
        return text == null ? inUrl : text;
    }

    private @Nullable Path authorities(RedisAddress address) {
        String text = values.textOrNull(REDIS_CA_FILE);
        if (text == null) {
            return null;
        }
        if (!address.tls()) {
            values.mistake(
                    REDIS_CA_FILE,
                    "is set although STORE does not speak TLS",
                    "Write rediss… instead of redis… in STORE.");
        }
        try {
            var file = directory.resolve(text);
            if (Files.isReadable(file) && Files.isRegularFile(file)) {
                return file;
            }
        } catch (InvalidPathException e) {
            // said below
        }
        values.mistake(REDIS_CA_FILE, "cannot be read", "Name a PEM file that this user may read.");
        return null;
    }

    private String prefix() {
        String prefix = values.text(REDIS_PREFIX);
        if (RedisSettings.isPrefix(prefix)) {
            return prefix;
        }
        values.mistake(
                REDIS_PREFIX,
                "is not 1 to 64 letters, digits and . _ - : (braces would put all keys on one master)",
                "For example " + REDIS_PREFIX.example() + ".");
        return RedisSettings.DEFAULT_PREFIX;
    }
}
