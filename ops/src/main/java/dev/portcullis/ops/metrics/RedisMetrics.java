package dev.portcullis.ops.metrics;

import dev.portcullis.redis.Redis;
import dev.portcullis.redis.RedisBus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Figures of the connections to Redis and of the bus between nodes, read at scrape time from what is known: nothing is asked. */
final class RedisMetrics {
    private static final double MILLIS_PER_SECOND = 1_000;

    private RedisMetrics() {}

    static void register(MeterRegistry registry, Redis redis, RedisBus bus) {
        Gauge.builder("portcullis.redis.up", redis, each -> each.isUsable() ? 1 : 0)
                .description("1 while all masters of Redis have answered lately")
                .register(registry);
        Gauge.builder("portcullis.redis.data.lost", redis, each -> each.isWithoutData() ? 1 : 0)
                .description("1 while Redis is without the data that it had, and is not believed")
                .register(registry);
        Gauge.builder("portcullis.redis.heard.age.seconds", redis, RedisMetrics::heardAge)
                .description(
                        "Age of the last moment until which all revocations have been heard; since the epoch while there is none")
                .register(registry);
        FunctionCounter.builder("portcullis.redis.failures", redis, Redis::failures)
                .description("Commands to Redis that failed, or were not answered in time")
                .register(registry);
        FunctionCounter.builder("portcullis.redis.links.lost", redis, Redis::linksLost)
                .description("Links to masters of Redis that were lost, or could not be made")
                .register(registry);
        Gauge.builder("portcullis.bus.waiting", bus, RedisBus::waiting)
                .description("Words to other nodes that wait to be sent")
                .register(registry);
        Gauge.builder("portcullis.bus.hearing", bus, each -> each.isHearing() ? 1 : 0)
                .description("1 while words of other nodes are being read")
                .register(registry);
        FunctionCounter.builder("portcullis.bus.missed", bus, RedisBus::missed)
                .description("Times at which words of other nodes had been lost")
                .register(registry);
        Gauge.builder("portcullis.bus.nodes", bus, each -> each.nodes().size())
                .description("Nodes that are there, this one among them")
                .register(registry);
    }

    private static double heardAge(Redis redis) {
        return Math.max(0, System.currentTimeMillis() - redis.push().heardMillis()) / MILLIS_PER_SECOND;
    }
}
