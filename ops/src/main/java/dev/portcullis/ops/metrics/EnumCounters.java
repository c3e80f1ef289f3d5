package dev.portcullis.ops.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** One counter for each value of an enum, all made at start. Counting allocates nothing. Any thread. */
final class EnumCounters<E extends Enum<E>> {
    private final Map<E, Counter> counters;

    /**
     * @param label whose values are the names of the enum, in lower case
     * @param tags other labels, the same for all
     */
    EnumCounters(MeterRegistry registry, Class<E> values, String label, String name, String description, Tags tags) {
        counters = new EnumMap<>(values);
        for (E value : values.getEnumConstants()) {
            counters.put(
                    value,
                    Counter.builder(name)
                            .description(description)
                            .tags(tags.and(label, value.name().toLowerCase(Locale.ROOT)))
                            .register(registry));
        }
    }

    void increment(E value) {
        var counter = counters.get(value);
        if (counter != null) {
            counter.increment();
        }
    }
}
