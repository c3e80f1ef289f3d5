package dev.portcullis.benchmarks.jmh;

import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;

/** Runs benchmarks of buffers on threads that Netty takes for its own: its allocator serves those from memory of their own. JMH finds this class by its name. */
public final class EventLoopThreads extends DefaultEventExecutorGroup {
    /** @param prefix of the threads' names */
    public EventLoopThreads(int threads, String prefix) {
        super(threads, new DefaultThreadFactory(prefix));
    }
}
