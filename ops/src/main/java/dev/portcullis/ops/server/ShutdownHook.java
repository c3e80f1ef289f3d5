package dev.portcullis.ops.server;

import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * What SIGINT and SIGTERM do: drain, close, and end with exit code 0. The JVM itself would end with 128 and the signal's number, which supervisors take for a crash;
 * {@code halt} at the end of the one hook that matters says otherwise. If draining outlasts its deadline, the process ends nevertheless.
 */
public final class ShutdownHook {
    /** Beyond the time that requests have to end: for closing the store and the event loops. */
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger(ShutdownHook.class.getName());

    private ShutdownHook() {}

    /** @param drain how long running requests may take to end */
    public static void install(Running running, Duration drain) {
        var deadline = drain.plus(CLOSING);
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(() -> stop(running, deadline)));
    }

    private static void stop(Running running, Duration deadline) {
        LOG.log(Level.INFO, "stopping");
        int code = ExitCode.INTERNAL.number();
        try {
            var closing = Thread.ofPlatform().name("closing").daemon().start(running::close);
            if (closing.join(deadline)) {
                LOG.log(Level.INFO, "stopped");
                code = ExitCode.OK.number();
            } else {
                LOG.log(Level.ERROR, "not stopped after " + deadline.toSeconds() + " s: ending nevertheless");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            System.out.flush();
            System.err.flush();
            Runtime.getRuntime().halt(code);
        }
    }
}
