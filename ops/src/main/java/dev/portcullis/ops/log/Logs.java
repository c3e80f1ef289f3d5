package dev.portcullis.ops.log;

import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Sets up logging: everything to standard error by {@link LineFormatter}. Our own loggers obey LOG_LEVEL; those of libraries stay at warning whatever it says, since
 * some of them write headers, and so tokens, when asked for more (T-94).
 */
public final class Logs {
    private Logs() {}

    /**
     * To be called before anything logs: the JVM's own log manager drops all handlers as soon as shutdown begins, and with them what there is to say about draining.
     */
    public static void keepThroughShutdown() {
        System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
    }

    /** @param level least level of our own loggers */
    public static void install(System.Logger.Level level) {
        var root = Held.ROOT;
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        var handler = new ConsoleHandler();
        handler.setLevel(Level.ALL);
        handler.setFormatter(new LineFormatter());
        root.addHandler(handler);
        root.setLevel(Level.WARNING);
        Held.OURS.setLevel(julLevel(level));
        Held.LETTUCE.setLevel(Level.SEVERE); // what its connections go through, ours say once
    }

    private static Level julLevel(System.Logger.Level level) {
        return switch (level) {
            case ALL -> Level.ALL;
            case TRACE -> Level.FINER;
            case DEBUG -> Level.FINE;
            case INFO -> Level.INFO;
            case WARNING -> Level.WARNING;
            case ERROR -> Level.SEVERE;
            case OFF -> Level.OFF;
        };
    }

    /** Loggers are weakly held by the log manager: without this their level would be forgotten. Apart, so that none is made before the manager is chosen. */
    private static final class Held {
        static final Logger ROOT = Logger.getLogger("");
        static final Logger OURS = Logger.getLogger("dev.portcullis");
        static final Logger LETTUCE = Logger.getLogger("io.lettuce");
    }

    /** A log manager whose handlers outlive the start of shutdown; the JVM makes it by its name. */
    public static final class LastingLogManager extends LogManager {
        @Override
        public void reset() {
            // Handlers write through to standard error and hold nothing that must be closed.
        }
    }
}
