package dev.portcullis.benchmarks.load;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What lives on a heap, by class, as {@code jcmd PID GC.class_histogram} says after a full collection.
 *
 * @param byClass by the JVM's names: {@code [B} is an array of bytes
 */
record HeapHistogram(Map<String, Use> byClass) {
    private static final int CLASSES_SHOWN = 30;

    /** {@code   1:   1234   56789  java.lang.String (java.base@25)}. */
    private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

    /** What the objects of a class take. */
    record Use(long objects, long bytes) {
        static final Use NONE = new Use(0, 0);

        Use plus(Use more) {
            return new Use(objects + more.objects, bytes + more.bytes);
        }

        Use minus(Use before) {
            return new Use(objects - before.objects, bytes - before.bytes);
        }
    }

    HeapHistogram {
        byClass = Map.copyOf(byClass);
    }

    /** Collects all garbage of a process, and counts what is left. */
    static HeapHistogram of(Subject subject) throws InterruptedException {
        return parse(subject.jcmd("GC.class_histogram"));
    }

    /** @param said as the JVM prints it */
    static HeapHistogram parse(String said) {
        var byClass = new HashMap<String, Use>();
        said.lines()
                .map(LINE::matcher)
                .filter(line -> line.matches())
                .forEach(line -> byClass.merge(
                        line.group(3),
                        new Use(Long.parseLong(line.group(1)), Long.parseLong(line.group(2))),
                        Use::plus));
        if (byClass.isEmpty()) {
            throw new LoadException("no histogram of the heap in: " + said);
        }
        return new HeapHistogram(byClass);
    }

    /**
     * What has come for each of so many things: classes of which there is one object more for each at least. So it is the same however busy the machine is; what a process does
     * meanwhile of its own makes other objects, or fewer.
     *
     * @return bytes for one of them
     */
    double bytesOfEach(HeapHistogram before, int count) {
        return byClass.entrySet().stream()
                        .map(one -> one.getValue().minus(before.byClass.getOrDefault(one.getKey(), Use.NONE)))
                        .filter(grown -> grown.objects() >= count)
                        .mapToLong(Use::bytes)
                        .sum()
                / (double) count;
    }

    /** @return objects of a class more than before */
    long objectsSince(HeapHistogram before, String name) {
        return byClass.getOrDefault(name, Use.NONE)
                .minus(before.byClass.getOrDefault(name, Use.NONE))
                .objects();
    }

    /**
     * What has grown since, most bytes first.
     *
     * @param count of what happened between the two, to divide by
     */
    String growthSince(HeapHistogram before, long count) {
        var grown = new HashMap<String, Use>();
        byClass.forEach((name, use) -> grown.put(name, use.minus(before.byClass.getOrDefault(name, Use.NONE))));
        before.byClass.forEach((name, use) -> grown.computeIfAbsent(name, _ -> Use.NONE.minus(use)));
        var all = grown.values().stream().reduce(Use.NONE, Use::plus);
        var text = new StringBuilder();
        add(text, "bytes", "objects", "bytes/each", "class");
        add(text, all, count, "all classes");
        grown.entrySet().stream()
                .filter(one -> !one.getValue().equals(Use.NONE))
                .sorted(Comparator.comparing(one -> -one.getValue().bytes()))
                .limit(CLASSES_SHOWN)
                .forEach(one -> add(text, one.getValue(), count, one.getKey()));
        return text.toString();
    }

    private static void add(StringBuilder text, Use use, long count, String name) {
        add(
                text,
                String.format(Locale.ROOT, "%,d", use.bytes()),
                String.format(Locale.ROOT, "%,d", use.objects()),
                String.format(Locale.ROOT, "%,.1f", (double) use.bytes() / Math.max(count, 1)),
                name);
    }

    private static void add(StringBuilder text, String bytes, String objects, String perLife, String name) {
        text.append(String.format(Locale.ROOT, "%14s %12s %12s  %s%n", bytes, objects, perLife, name));
    }
}
