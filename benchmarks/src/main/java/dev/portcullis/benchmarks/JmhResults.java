package dev.portcullis.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Reads the file that JMH writes with {@code -rf json -prof gc}. */
final class JmhResults {
    private final JsonParser json;

    private JmhResults(JsonParser json) {
        this.json = json;
    }

    /** @return all results, in the file's order   @throws IllegalArgumentException something else than nanoseconds per operation was measured */
    static List<JmhResult> read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                var json = new JsonFactory().createParser(ObjectReadContext.empty(), in)) {
            return new JmhResults(json).all();
        }
    }

    private List<JmhResult> all() {
        var all = new ArrayList<JmhResult>();
        json.nextToken();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            all.add(one());
        }
        return all;
    }

    /** A benchmark's object: what it is first, its metrics behind. */
    private JmhResult one() {
        String name = "";
        var params = new TreeMap<String, String>();
        int forks = 0;
        var warmup = new Iterations();
        var measurement = new Iterations();
        var time = new Metric();
        var allocated = new Metric();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String member = json.currentName();
            json.nextToken();
            switch (member) {
                case "benchmark" -> name = withoutPackage(json.getString());
                case "params" -> readParams(params);
                case "forks" -> forks = json.getIntValue();
                case "warmupIterations" -> warmup.count = json.getIntValue();
                case "warmupTime" -> warmup.time = json.getString();
                case "measurementIterations" -> measurement.count = json.getIntValue();
                case "measurementTime" -> measurement.time = json.getString();
                case "primaryMetric" -> readMetric(time);
                case "secondaryMetrics" -> readAllocated(allocated);
                default -> json.skipChildren();
            }
        }
        if (!time.unit.equals("ns/op")) {
            throw new IllegalArgumentException(name + " is measured in " + time.unit + ", expected ns/op");
        }
        return new JmhResult(
                name,
                params,
                forks,
                time.score,
                time.error,
                allocated.score,
                warmup.toString(),
                measurement.toString());
    }

    private static String withoutPackage(String benchmark) {
        int method = benchmark.lastIndexOf('.');
        return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
    }

    private void readParams(Map<String, String> params) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            params.put(name, json.getString());
        }
    }

    private void readAllocated(Metric allocated) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            boolean wanted = json.currentName().equals("gc.alloc.rate.norm");
            json.nextToken();
            if (wanted) {
                readMetric(allocated);
            } else {
                json.skipChildren();
            }
        }
    }

    private void readMetric(Metric metric) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String member = json.currentName();
            json.nextToken();
            switch (member) {
                case "score" -> metric.score = number();
                case "scoreError" -> metric.error = number();
                case "scoreUnit" -> metric.unit = json.getString();
                default -> json.skipChildren();
            }
        }
    }

    /** JMH writes {@code "NaN"}, a string, where there is no number. */
    private double number() {
        return json.currentToken() == JsonToken.VALUE_STRING
                ? Double.parseDouble(json.getString())
                : json.getDoubleValue();
    }

    private static final class Metric {
        double score = Double.NaN;
        double error = Double.NaN;
        String unit = "";
    }

    private static final class Iterations {
        int count;
        String time = "";

        @Override
        public String toString() {
            return count + " × " + time;
        }
    }
}
