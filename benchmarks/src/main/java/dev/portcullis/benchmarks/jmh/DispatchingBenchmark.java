package dev.portcullis.benchmarks.jmh;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.TearDown;

/** What benchmarks of a dispatcher share: it is there from their setup to their end. */
public abstract class DispatchingBenchmark {
    private @Nullable Dispatching dispatching;

    /** For the setup. @return the same */
    final Dispatching prepared(Dispatching made) {
        dispatching = made;
        return made;
    }

    final Dispatching dispatching() {
        if (dispatching == null) {
            throw new IllegalStateException("JMH has not called prepare");
        }
        return dispatching;
    }

    /** Ends the threads. */
    @TearDown
    public void close() {
        dispatching().close();
    }
}
