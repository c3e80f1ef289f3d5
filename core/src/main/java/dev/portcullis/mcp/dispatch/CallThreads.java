package dev.portcullis.mcp.dispatch;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Where calls run that are not inline.
 *
 * @param executor a virtual thread per call, bounded: refuses with {@link java.util.concurrent.RejectedExecutionException} when full
 * @param timer ends calls whose time is over; its tasks are short and do not block
 */
public record CallThreads(Executor executor, ScheduledExecutorService timer) {}
