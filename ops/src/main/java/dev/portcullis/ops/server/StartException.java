package dev.portcullis.ops.server;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The server cannot start. The message is for the operator: what is wrong and which setting mends it; no secrets, no stack trace. */
public sealed class StartException extends Exception permits ConfigException {
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;

    public StartException(ExitCode exitCode, String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
        this.exitCode = exitCode;
    }

    public StartException(ExitCode exitCode, String message) {
        this(exitCode, message, null);
    }

    /**
     * A listener could not be bound.
     *
     * @param port the setting to change
     */
    public static StartException cannotListen(Setting port, InetSocketAddress address, Throwable cause) {
        return new StartException(
                ExitCode.UNAVAILABLE,
                "Cannot listen on " + address.getHostString() + ":" + address.getPort() + " (" + cause.getMessage()
                        + "): stop what uses that port, or set " + port + " to another.",
                cause);
    }

    /** The store could not be opened. */
    static StartException storeUnavailable(ServerConfig.StoreLocation location, Throwable cause) {
        if (location instanceof ServerConfig.StoreLocation.InRedis(var redis)) {
            return new StartException(
                    ExitCode.UNAVAILABLE,
                    "Cannot use the store at " + redis.address() + " (" + cause.getMessage()
                            + "): see that it runs and can be reached from here, or set " + Setting.STORE
                            + " and REDIS_… right.",
                    cause);
        }
        return new StartException(
                ExitCode.UNAVAILABLE,
                "Cannot open the store (" + cause.getMessage()
                        + "): make sure that no other server uses it and that its folder can be written, or set "
                        + Setting.STORE + " to another place.",
                cause);
    }

    public ExitCode exitCode() {
        return exitCode;
    }

    /** @return the message, never null */
    public String explanation() {
        String message = getMessage();
        return message == null ? exitCode.meaning() : message;
    }
}
