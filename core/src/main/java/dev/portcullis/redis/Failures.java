package dev.portcullis.redis;

import dev.portcullis.store.StoreException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Puts what Redis and its client say into words for operators. */
final class Failures {
    private static final int DEPTH_MAX = 10;
    private static final String UNSENT = "Currently not connected";
    private static final Pattern NOT_CONNECTED = Pattern.compile(
            "^(Currently not connected|Connection (is )?(already )?(closed|disconnected|reset))",
            Pattern.CASE_INSENSITIVE);

    private Failures() {}

    /** @return holds the failure; its message is one sentence, without a password */
    static StoreException explain(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof StoreException known ? known : new StoreException("Redis: " + sentence(cause), cause);
    }

    private static String sentence(Throwable failure) {
        var said = find(failure, RedisCommandExecutionException.class);
        if (said != null) {
            return said(said);
        }
        if (failure instanceof TimeoutException || find(failure, RedisCommandTimeoutException.class) != null) {
            return "has not answered in time";
        }
        var ssl = find(failure, SSLException.class);
        if (ssl != null) {
            return "TLS could not be agreed upon (" + ssl.getMessage()
                    + "): see REDIS_CA_FILE, the name in the certificate, and whether the port speaks TLS";
        }
        var unknown = find(failure, UnknownHostException.class);
        if (unknown != null) {
            return "the name " + unknown.getMessage() + " cannot be resolved";
        }
        if (find(failure, ConnectException.class) != null) {
            return "nobody listens there";
        }
        var connection = find(failure, RedisConnectionException.class);
        String message = deepest(connection == null ? failure : connection).getMessage();
        if (message == null) {
            return failure.getClass().getSimpleName();
        }
        if (message.startsWith("Request queue size exceeded")) {
            return "too many commands wait for an answer";
        }
        return NOT_CONNECTED.matcher(message).find() ? "the connection is lost" : message;
    }

    /** What an error of Redis itself means. Its first word is its code. */
    private static String said(RedisCommandExecutionException error) {
        String message = error.getMessage() == null ? "" : error.getMessage();
        String code = message.split(" ", 2)[0].toUpperCase(Locale.ROOT);
        return switch (code) {
            case "WRONGPASS" ->
                "refuses the name or the password (REDIS_USER, REDIS_PASSWORD; a Sentinel: REDIS_SENTINEL_USER, REDIS_SENTINEL_PASSWORD)";
            case "NOAUTH" -> "asks for a password: set REDIS_PASSWORD (for a Sentinel REDIS_SENTINEL_PASSWORD)";
            case "NOPERM" -> "does not allow this user what is needed: " + message;
            case "LOADING" -> "is still loading its data";
            case "READONLY" -> "is a replica, which takes no writes: name its master, or use redis-sentinel://";
            case "OOM" -> "is full (maxmemory is reached)";
            case "MISCONF" -> "cannot write its data to the disk: " + message;
            case "NOREPLICAS" -> "has fewer replicas than min-replicas-to-write asks for";
            case "CLUSTERDOWN" -> "the cluster is down: " + message;
            case "TRYAGAIN" -> "the keys are on their way from one master to another";
            case "MASTERDOWN" -> "has lost its master";
            case "BUSY" -> "is busy with a script";
            case "NOPROTO" -> "is too old: version 7 or later is needed";
            default -> message;
        };
    }

    /** Whether Redis has answered with this code. */
    static boolean isCode(Throwable failure, String code) {
        var error = find(failure, RedisCommandExecutionException.class);
        return error != null && error.getMessage() != null && error.getMessage().startsWith(code);
    }

    /** A command that is not sent. @see #isUnsent */
    static StoreException unsent(String where) {
        return explain(new RedisException(UNSENT + " " + where));
    }

    /** Whether a command was turned down before it was sent, since there was no connection. */
    static boolean isUnsent(StoreException failure) {
        var cause = failure.getCause();
        return cause instanceof RedisException
                && cause.getMessage() != null
                && cause.getMessage().startsWith(UNSENT);
    }

    /** @return where {@code MOVED slot host:port}, or {@code ASK}, leads to; null if it does not say */
    static RedisAddress.@Nullable Server movedTo(Throwable failure) {
        var error = find(failure, RedisCommandExecutionException.class);
        String message = error == null || error.getMessage() == null ? "" : error.getMessage();
        String[] words = message.split(" ", -1);
        int colon = words.length < 3 ? -1 : words[2].lastIndexOf(':');
        if (colon < 1 || !words[2].substring(colon + 1).matches("\\d{1,5}")) {
            return null;
        }
        return new RedisAddress.Server(words[2].substring(0, colon), Integer.parseInt(words[2].substring(colon + 1)));
    }

    static boolean isTimeout(@Nullable Throwable failure) {
        return find(failure, RedisCommandTimeoutException.class) != null;
    }

    private static <T extends Throwable> @Nullable T find(@Nullable Throwable failure, Class<T> type) {
        Throwable each = failure;
        for (int depth = 0; each != null && depth < DEPTH_MAX; depth++) {
            if (type.isInstance(each)) {
                return type.cast(each);
            }
            each = each.getCause();
        }
        return null;
    }

    private static Throwable deepest(Throwable failure) {
        Throwable each = failure;
        for (int depth = 0; each.getCause() != null && depth < DEPTH_MAX; depth++) {
            each = each.getCause();
        }
        return each;
    }
}
