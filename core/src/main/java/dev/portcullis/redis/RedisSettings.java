package dev.portcullis.redis;

/**
 * Where Redis is and how it is spoken to.
 *
 * @param url {@code redis://}, {@code rediss://}, {@code redis-sentinel://…#master} or {@code redis-cluster://host:port,host:port}; may hold a name and a password, so it is not for logs
 * @param prefix what each key begins with, so that several servers can share one Redis
 * @param commandMillis how long a command may take before it counts as failed
 */
public record RedisSettings(String url, String prefix, int commandMillis) {
    public static final String DEFAULT_PREFIX = "portcullis";
    public static final int DEFAULT_COMMAND_MILLIS = 2_000;

    public static RedisSettings of(String url) {
        return new RedisSettings(url, DEFAULT_PREFIX, DEFAULT_COMMAND_MILLIS);
    }

    @Override
    public String toString() {
        return "RedisSettings[" + prefix + "]";
    }
}
