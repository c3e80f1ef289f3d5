package dev.portcullis.ops.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Figures of the process itself: JVM, processor, open files, Netty's memory, and how late event loops are. Read at scrape time, but for the lateness. */
public final class RuntimeMetrics implements AutoCloseable {
    /** How often an event loop is asked to be punctual. Rare enough to cost nothing, often enough to meet a stall of a tenth of a second. */
    private static final long PROBE_MILLIS = 100;

    private static final Duration[] DELAY_BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
    };

    private final MeterRegistry registry;
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final Timer eventLoopDelay;
    private final List<Future<?>> probes = new CopyOnWriteArrayList<>();

    RuntimeMetrics(MeterRegistry registry) {
        this.registry = registry;
        new JvmMemoryMetrics().bindTo(registry);
        gc.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        registerBuildInfo();
        registerDirectMemory();
        eventLoopDelay = Timer.builder("portcullis.event.loop.delay")
                .description("How late event loops run what is due: each is asked ten times a second")
                .serviceLevelObjectives(DELAY_BUCKETS)
                .register(registry);
    }

    private void registerBuildInfo() {
        String version = RuntimeMetrics.class.getPackage().getImplementationVersion();
        Gauge.builder("portcullis.build.info", () -> 1)
                .description("Always 1; the labels say what runs")
                .tag("version", version == null ? "unpacked" : version)
                .tag("java", Runtime.version().toString())
                .register(registry);
    }

    private void registerDirectMemory() {
        Gauge.builder("portcullis.netty.direct.memory.reserved.bytes", PlatformDependent::usedDirectMemory)
                .description("Direct memory that Netty holds, in pools or in use; -1 where it cannot count")
                .register(registry);
        Gauge.builder("portcullis.netty.direct.memory.max.bytes", PlatformDependent::maxDirectMemory)
                .description("Direct memory that Netty may hold")
                .register(registry);
    }

    /**
     * Watches the memory of an allocator.
     *
     * @param name a label: one of a few words that the caller chose
     */
    public void watch(String name, ByteBufAllocator allocator) {
        if (!(allocator instanceof ByteBufAllocatorMetricProvider provider)) {
            return;
        }
        var metric = provider.metric();
        var tags = Tags.of("allocator", name);
        Gauge.builder("portcullis.netty.allocator.memory.bytes", metric, m -> m.usedDirectMemory())
                .description("Memory of a buffer allocator, in use or held ready")
                .tags(tags.and("area", "direct"))
                .strongReference(true)
                .register(registry);
        Gauge.builder("portcullis.netty.allocator.memory.bytes", metric, m -> m.usedHeapMemory())
                .description("Memory of a buffer allocator, in use or held ready")
                .tags(tags.and("area", "heap"))
                .strongReference(true)
                .register(registry);
        if (allocator instanceof PooledByteBufAllocator pooled) {
            Gauge.builder("portcullis.netty.allocator.direct.active.bytes", pooled, p -> p.pinnedDirectMemory())
                    .description("Direct memory of a pooled allocator that buffers are using now")
                    .tags(tags)
                    .strongReference(true)
                    .register(registry);
        }
    }

    /**
     * Watches how punctual the event loops of a group are, and how much waits for them.
     *
     * @param group whose executors exist already; watched until it ends or this is closed
     */
    public void watch(EventExecutorGroup group) {
        int index = 0;
        for (EventExecutor executor : group) {
            probes.add(executor.scheduleWithFixedDelay(new Probe(), PROBE_MILLIS, PROBE_MILLIS, TimeUnit.MILLISECONDS));
            if (executor instanceof SingleThreadEventExecutor loop) {
                Gauge.builder("portcullis.event.loop.pending.tasks", loop, l -> l.pendingTasks())
                        .description("Tasks that wait for an event loop")
                        .tag("loop", Integer.toString(index++))
                        .register(registry);
            }
        }
    }

    @Override
    public void close() {
        probes.forEach(probe -> probe.cancel(false));
        gc.close();
    }

    /** Runs on one event loop, every so often, and tells how late. */
    private final class Probe implements Runnable {
        private long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PROBE_MILLIS);

        @Override
        public void run() {
            long now = System.nanoTime();
            eventLoopDelay.record(Math.max(0, now - due), TimeUnit.NANOSECONDS);
            due = now + TimeUnit.MILLISECONDS.toNanos(PROBE_MILLIS);
        }
    }
}
