package dev.portcullis.ops.command;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.ops.server.ConfigException;
import dev.portcullis.ops.server.ConfigLoader;
import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.MasterKeyFile;
import dev.portcullis.ops.server.ServerConfig;
import dev.portcullis.ops.server.ServerConfig.KeySource;
import dev.portcullis.ops.server.ServerConfig.StoreLocation;
import dev.portcullis.ops.server.Setting;
import dev.portcullis.ops.server.StartException;
import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisSettings;
import dev.portcullis.redis.grant.RedisArchive;
import dev.portcullis.store.StoreException;
import dev.portcullis.store.archive.Archive;
import dev.portcullis.store.archive.ArchiveCopy;
import dev.portcullis.store.archive.ArchiveCopy.Result;
import dev.portcullis.store.archive.ArchiveCopy.Verdict;
import dev.portcullis.store.archive.Census;
import dev.portcullis.store.archive.Entry;
import dev.portcullis.store.archive.WritableArchive;
import dev.portcullis.store.embedded.EmbeddedArchive;
import dev.portcullis.store.embedded.EmbeddedGrantStore;
import dev.portcullis.store.embedded.FileArchive;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code ops/run migrate}: copies all that is live from one store to another, so that every token that works with the one works with the other. Changes nothing in the
 * source. What it prints holds no secrets. One thread.
 */
final class Migration {
    static final String NAME = "migrate";

    private static final String FROM = "--from";
    private static final String TO = "--to";
    private static final String RESUME = "--resume";
    private static final String CHECK = "--check";

    /** So many client ids that tell whether the key is the right one are looked at, and so many entries to find them. */
    private static final int SEALED_IDS_MAX = 20;

    private static final int SEARCHED_MAX = 2_000_000;

    /** For a connection to Redis, and for a command. */
    private static final int PATIENCE_MILLIS = 20_000;

    private final Map<String, String> environment;
    private final Path directory;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean isTerminal;
    private final InstantSource clock;

    /** @param directory of the settings; what relative paths start from */
    Migration(
            Map<String, String> environment,
            Path directory,
            PrintStream out,
            PrintStream err,
            boolean isTerminal,
            InstantSource clock) {
        this.environment = environment;
        this.directory = directory;
        this.out = out;
        this.err = err;
        this.isTerminal = isTerminal;
        this.clock = clock;
    }

    static CommandSpec spec() {
        var spec = Administration.spec(
                NAME,
                "Copy all that is live from one store to another: grants, tokens, clients, sign-ins under way. Every token"
                        + " then works with the other store as with the first, which is not changed. Stop the servers of"
                        + " both first.",
                Administration.option(
                        FROM, "STORE", "where it is: as the setting STORE, such as file:data/portcullis.db"),
                Administration.option(TO, "STORE", "where it is to be: as the setting STORE; empty so far"),
                flag(RESUME, "Go on with a copy that was stopped."),
                flag(CHECK, "Look at both, say what would be copied, and change nothing."));
        spec.usageMessage()
                .footer(
                        "",
                        "The other settings, of Redis and COOKIE_ENCRYPTION_KEY among them, are read as for the server.",
                        "Stopped at any moment, it can be run again with " + RESUME
                                + ". In the end it counts what is in both"
                                + " stores, and compares a part of it field by field.",
                        "",
                        "Exit codes: 0 done, " + ExitCode.USAGE.number() + " the command line is wrong, "
                                + ExitCode.DIFFERS.number() + " the copy is not what the source holds, "
                                + ExitCode.UNAVAILABLE.number() + " a store is in use, out of reach or full, "
                                + ExitCode.NOT_EMPTY.number() + " the target holds something already, "
                                + ExitCode.CONFIG.number() + " settings or the key are wrong.");
        return spec;
    }

    private static OptionSpec flag(String name, String meaning) {
        return OptionSpec.builder(name).description(meaning).build();
    }

    ExitCode run(ParseResult asked) throws StartException {
        String from = asked.matchedOptionValue(FROM, "");
        String to = asked.matchedOptionValue(TO, "");
        if (from.isEmpty() || to.isEmpty()) {
            throw usage(FROM + " and " + TO + " are wanted, such as: ops/run migrate " + FROM
                    + " file:data/portcullis.db " + TO + " redis://127.0.0.1:6379");
        }
        var source = config(FROM, from, environment);
        var key = keyOf(source);
        var target = config(TO, to, key.environment());
        if (source.store().equals(target.store())) {
            throw usage(FROM + " and " + TO + " are the same store");
        }
        if (asked.hasMatchedOption(CHECK)) {
            return check(source.store(), target.store(), key);
        }
        return copy(source, target, key, asked.hasMatchedOption(RESUME));
    }

    private ServerConfig config(String option, String store, Map<String, String> environment) throws StartException {
        var with = new HashMap<>(environment);
        with.put(Setting.STORE.name(), store);
        try {
            return ConfigLoader.load(with, directory).config();
        } catch (ConfigException e) {
            throw new StartException(
                    e.exitCode(), "With what " + option + " says as " + Setting.STORE + ":\n" + e.report());
        }
    }

    // The key

    /**
     * The key of the source.
     *
     * @param file where it is kept, if the settings do not give it
     * @param environment that gives it
     */
    private record Key(MasterKey key, @Nullable Path file, Map<String, String> environment) {}

    private Key keyOf(ServerConfig source) throws StartException {
        if (!(source.masterKey() instanceof KeySource.KeptIn(Path file))) {
            return new Key(MasterKeyFile.of(source.masterKey()), null, environment);
        }
        if (!Files.exists(file)) {
            throw new StartException(
                    ExitCode.CONFIG,
                    "There is no key: neither is " + Setting.COOKIE_ENCRYPTION_KEY + " set, nor is there " + file
                            + ". Set it as the source's server had it.");
        }
        var key = MasterKeyFile.of(source.masterKey());
        var with = new HashMap<>(environment);
        try {
            with.put(
                    Setting.COOKIE_ENCRYPTION_KEY.name(),
                    Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (IOException e) {
            throw new StartException(ExitCode.UNAVAILABLE, "Cannot read the key in " + file + " (" + e + ").", e);
        }
        return new Key(key, file, with);
    }

    /** Ids of clients that registered themselves are sealed under the key: they open with the right one alone. */
    private void requireRightKey(Archive source, Key key) throws StartException {
        int sealed = 0;
        int searched = 0;
        String place = Archive.BEGINNING;
        while (place != null && sealed < SEALED_IDS_MAX && searched < SEARCHED_MAX) {
            var page = source.page(place, ArchiveCopy.Limits.DEFAULT.pageEntries(), now());
            for (Entry entry : page.entries()) {
                String clientId = clientIdOf(entry);
                if (Clients.isSealed(clientId)) {
                    if (Clients.isSealedUnder(key.key(), clientId)) {
                        out.println("The key is the source's: what it sealed opens.");
                        return;
                    }
                    sealed++;
                }
            }
            searched += page.entries().size();
            place = page.next();
        }
        if (sealed > 0) {
            throw new StartException(
                    ExitCode.CONFIG,
                    "The key here is not the one that the source's server had: nothing that it sealed opens. Set "
                            + Setting.COOKIE_ENCRYPTION_KEY + " as that server had it"
                            + (key.file() == null ? "" : ", or put the right key into " + key.file()) + ".");
        }
        out.println(
                "Whether the key is the source's cannot be told: no client has registered itself there. Make sure that"
                        + " it is.");
    }

    private static String clientIdOf(Entry entry) {
        return switch (entry) {
            case Entry.OfClient(var client, var _) -> client.id();
            case Entry.OfGrant of -> of.grant().client().id();
            case Entry.OfRegistration _, Entry.OfSpentId _, Entry.OfPendingSignIn _ -> "";
        };
    }

    // Looking

    private ExitCode check(StoreLocation from, StoreLocation to, Key key) throws StartException {
        try (var source = openToRead(FROM, from)) {
            requireRightKey(source, key);
            var census = Census.of(source, ArchiveCopy.Limits.DEFAULT.pageEntries(), now());
            out.println(name(from) + " holds " + words(census) + ".");
            if (to instanceof StoreLocation.InFile(Path file) && !Files.exists(file)) {
                requireWritableFolder(file);
                out.println(file + " is not there and would be made.");
                return ExitCode.OK;
            }
            try (var target = openToRead(TO, to)) {
                return verdict(ArchiveCopy.look(source, name(from), target, now()), to);
            }
        } catch (StoreException e) {
            throw new StartException(ExitCode.UNAVAILABLE, "Cannot look at a store: " + reason(e), e);
        }
    }

    private static void requireWritableFolder(Path file) throws StartException {
        Path folder = file.toAbsolutePath().getParent();
        while (folder != null && !Files.exists(folder)) {
            folder = folder.getParent();
        }
        if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new StartException(
                    ExitCode.UNAVAILABLE, file + " cannot be made: " + folder + " is no folder that can be written.");
        }
    }

    private ExitCode verdict(Verdict verdict, StoreLocation to) {
        return switch (verdict) {
            case Verdict.Empty() -> {
                out.println(name(to) + " is empty: the copy can begin.");
                yield ExitCode.OK;
            }
            case Verdict.Unfinished() -> {
                out.println(name(to) + " holds a part of it: the copy can go on, with " + RESUME + ".");
                yield ExitCode.OK;
            }
            case Verdict.OfOtherSource _, Verdict.NotEmpty _, Verdict.SourceIsNotWhole _ -> refusal(verdict, to);
        };
    }

    // Copying

    private ExitCode copy(ServerConfig from, ServerConfig to, Key key, boolean isResuming) throws StartException {
        try (var source = openToRead(FROM, from.store())) {
            requireRightKey(source, key);
            try (var target = openToWrite(to.store())) {
                var result = copy(source, name(from.store()), target, isResuming);
                return switch (result) {
                    case Result.Copied copied -> done(copied, to.store(), key);
                    case Result.Refused(var verdict) -> refusal(verdict, to.store());
                    case Result.Differs differs -> failed(differs, to.store());
                };
            }
        }
    }

    private Result copy(Archive source, String sourceName, WritableArchive target, boolean isResuming)
            throws StartException {
        var progress = new MigrationProgress(out, isTerminal, System::nanoTime);
        try {
            return new ArchiveCopy(source, sourceName, target, ArchiveCopy.Limits.DEFAULT, clock, progress)
                    .run(isResuming);
        } catch (StoreException e) {
            throw new StartException(
                    ExitCode.UNAVAILABLE,
                    "The copy has stopped: " + reason(e) + ". What was copied stays; mend that, and run it again with "
                            + RESUME + ".",
                    e);
        } finally {
            progress.end();
        }
    }

    private ExitCode done(Result.Copied copied, StoreLocation to, Key key) {
        out.println("Copied " + words(copied.census()) + ".");
        out.printf(
                Locale.ROOT,
                "%,d records were written by this run; all were counted, and %,d of them compared field by field.%n",
                copied.put(),
                copied.compared());
        out.println("Start the server with " + Setting.STORE + " as " + TO + " says" + keyAdvice(to, key) + ".");
        return ExitCode.OK;
    }

    private static String keyAdvice(StoreLocation to, Key key) {
        Path file = key.file();
        if (file == null) {
            return " and the same " + Setting.COOKIE_ENCRYPTION_KEY;
        }
        return switch (to) {
            case StoreLocation.InRedis _ ->
                ", and " + Setting.COOKIE_ENCRYPTION_KEY + " set to what " + file + " holds, on every node";
            case StoreLocation.InFile(Path target) ->
                file.equals(target.resolveSibling(file.getFileName()))
                        ? ""
                        : ", and copy " + file + " to its folder: without that key no token is of use";
            case StoreLocation.InMemory() -> "";
        };
    }

    private ExitCode refusal(Verdict verdict, StoreLocation to) {
        switch (verdict) {
            case Verdict.Unfinished() ->
                err.println(name(to) + " holds a part of this copy, which was stopped: go on with " + RESUME + ", or "
                        + emptied(to) + " to begin anew.");
            case Verdict.OfOtherSource(String other) ->
                err.println(name(to) + " holds a part of a copy of " + other + ": complete that, or " + emptied(to)
                        + " first.");
            case Verdict.NotEmpty() ->
                err.println(name(to) + " holds something already, and no part of a copy: name another, or "
                        + emptied(to) + " first.");
            case Verdict.SourceIsNotWhole() -> {
                err.println("The source is itself a copy that was stopped: complete it first.");
                return ExitCode.UNAVAILABLE;
            }
            case Verdict.Empty() -> throw new IllegalStateException("nothing is wrong with an empty target");
        }
        return ExitCode.NOT_EMPTY;
    }

    private static String emptied(StoreLocation to) {
        return switch (to) {
            case StoreLocation.InFile _, StoreLocation.InMemory _ -> "delete the file";
            case StoreLocation.InRedis(var settings) -> "delete all keys that begin with " + settings.prefix() + ":";
        };
    }

    private ExitCode failed(Result.Differs differs, StoreLocation to) {
        err.println("The copy is not what the source holds, and is left unfinished:");
        differs.differences().forEach(difference -> err.println("  - " + difference));
        err.println("Has something used one of the stores meanwhile? Stop it; then run it again with " + RESUME
                + ", or " + emptied(to) + " to begin anew.");
        return ExitCode.DIFFERS;
    }

    // Stores

    private Archive openToRead(String option, StoreLocation store) throws StartException {
        try {
            return switch (store) {
                case StoreLocation.InFile(Path file) -> FileArchive.open(file, EmbeddedGrantStore.Limits.DEFAULT);
                case StoreLocation.InRedis(var settings) ->
                    RedisArchive.open(Redis.connect(patiently(settings)), clock);
                case StoreLocation.InMemory() -> throw inMemory(option);
            };
        } catch (StoreException e) {
            throw cannotOpen(option, e);
        }
    }

    private WritableArchive openToWrite(StoreLocation store) throws StartException {
        try {
            return switch (store) {
                case StoreLocation.InFile(Path file) -> EmbeddedArchive.open(file, EmbeddedGrantStore.Limits.DEFAULT);
                case StoreLocation.InRedis(var settings) ->
                    RedisArchive.open(Redis.connect(patiently(settings)), clock);
                case StoreLocation.InMemory() -> throw inMemory(TO);
            };
        } catch (StoreException e) {
            throw cannotOpen(TO, e);
        }
    }

    /** Nobody waits for an answer here as a client of the server's does, and a page of a copy is more than a request asks for. */
    private static RedisSettings patiently(RedisSettings settings) {
        var limits = settings.limits();
        return settings.withLimits(new RedisSettings.Limits(
                Math.max(PATIENCE_MILLIS, limits.connectMillis()),
                Math.max(PATIENCE_MILLIS, limits.commandMillis()),
                limits.connections(),
                limits.waitingMax(),
                limits.waitReplicas()));
    }

    private static StartException cannotOpen(String option, StoreException e) {
        return new StartException(
                ExitCode.UNAVAILABLE,
                "Cannot open what " + option + " names: " + reason(e) + ". No server may use it meanwhile.",
                e);
    }

    private static StartException inMemory(String option) {
        return usage(option + " memory: ends with its server: there is nothing to copy from or to");
    }

    private static StartException usage(String message) {
        return new StartException(ExitCode.USAGE, message);
    }

    /** What went wrong, and what was the matter with the disk or the network, which only the cause says. */
    private static String reason(StoreException e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = String.valueOf(e.getMessage());
        String deepest = cause.getMessage();
        return deepest == null || message.contains(deepest) ? message : message + " (" + deepest + ")";
    }

    /** Without secrets. */
    private static String name(StoreLocation store) {
        return switch (store) {
            case StoreLocation.InFile(Path file) ->
                file.toAbsolutePath().normalize().toString();
            case StoreLocation.InRedis(var settings) -> settings.address() + " (" + settings.prefix() + ":)";
            case StoreLocation.InMemory() -> "memory";
        };
    }

    private static String words(Census census) {
        return String.format(
                Locale.ROOT,
                "%,d grants with %,d codes, %,d access tokens and %,d refresh tokens; %,d clients, %,d registrations,"
                        + " %,d spent ids, %,d sign-ins under way",
                census.grants(),
                census.codes(),
                census.accessTokens(),
                census.refreshTokens(),
                census.clients(),
                census.registrations(),
                census.spentIds(),
                census.pendingSignIns());
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
