package dev.portcullis.redis;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is and how it is spoken to.
 *
 * @param address holds no name and no password that count: those beside it do
 * @param login who we are
 * @param authorities PEM file of who may have signed the servers' certificates; null: those that this machine trusts
 * @param prefix what each key begins with, so that several servers can share one Redis
 */
public record RedisSettings(
        RedisAddress address, Login login, @Nullable Path authorities, String prefix, Limits limits) {
    public static final String DEFAULT_PREFIX = "portcullis";
    private static final String PREFIX_SYNTAX = "[A-Za-z0-9._:-]{1,64}";

    /**
     * Who we are.
     *
     * @param user null: the default user
     * @param password null: none is asked for
     * @param sentinelUser at the Sentinels themselves; null: their default user
     * @param sentinelPassword for the Sentinels themselves; null: none is asked for
     */
    public record Login(
            @Nullable String user,
            @Nullable String password,
            @Nullable String sentinelUser,
            @Nullable String sentinelPassword) {
        @Override
        public String toString() {
            return "Login[…]";
        }
    }

    /**
     * How long is waited and how much may wait.
     *
     * @param connectMillis for a connection to be made, with TLS and sign-in
     * @param commandMillis how long a command may take before it counts as failed
     * @param connections to each master, shared by all; besides there are two to each, which carry what it pushes and what nodes say to each other
     * @param waitingMax commands without an answer yet, for each connection; beyond, they fail at once
     * @param waitReplicas how many replicas must have acknowledged a write before it counts; 0: the master's word is enough
     */
    public record Limits(int connectMillis, int commandMillis, int connections, int waitingMax, int waitReplicas) {
        public static final Limits DEFAULT = new Limits(5_000, 2_000, 2, 10_000, 0);
    }

    /** @throws IllegalArgumentException the prefix is not one: in a cluster, braces in it would put all keys on one master */
    public RedisSettings {
        if (!isPrefix(prefix)) {
            throw new IllegalArgumentException("prefix '" + prefix + "' is not " + PREFIX_SYNTAX);
        }
    }

    public static boolean isPrefix(String text) {
        return text.matches(PREFIX_SYNTAX);
    }

    /**
     * With defaults, and the name and password of the URL.
     *
     * @throws IllegalArgumentException as {@link RedisAddress#parse}
     */
    public static RedisSettings of(String url) {
        var address = RedisAddress.parse(url);
        var login = new Login(address.user(), address.password(), null, null);
        return new RedisSettings(address, login, null, DEFAULT_PREFIX, Limits.DEFAULT);
    }

    public RedisSettings withPrefix(String other) {
        return new RedisSettings(address, login, authorities, other, limits);
    }

    public RedisSettings withLogin(Login other) {
        return new RedisSettings(address, other, authorities, prefix, limits);
    }

    public RedisSettings withAuthorities(Path file) {
        return new RedisSettings(address, login, file, prefix, limits);
    }

    public RedisSettings withLimits(Limits other) {
        return new RedisSettings(address, login, authorities, prefix, other);
    }

    /** How long a command may take before it counts as failed. */
    public int commandMillis() {
        return limits.commandMillis();
    }
}
