package dev.portcullis.benchmarks;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What a run measured, as it is kept in {@code benchmarks/results}: one JSON file each, whatever measured it.
 *
 * @param run {@code jmh}, or the scenario's name
 * @param facts of the run, in order: commit, machine, java, command and so on
 */
public record KeptFigures(String run, Map<String, String> facts, List<Row> rows) {
    public KeptFigures {
        facts = new LinkedHashMap<>(facts);
        rows = List.copyOf(rows);
    }

    /**
     * A figure.
     *
     * @param with under which circumstances; may be empty
     * @param beside the figure of the baseline in the same run; NaN if there is none
     * @param aim what the figure, or its ratio to the baseline's, should be; empty if nothing is wanted
     * @param isMet whether it is; false without an aim
     */
    public record Row(String what, String with, double value, String unit, double beside, String aim, boolean isMet) {
        /** @return of the figure to the baseline's; NaN if there is none */
        public double ratio() {
            return value / beside;
        }
    }

    /** Writes it, a row a line. */
    public void write(Path file) throws IOException {
        var text = new StringWriter();
        try (var json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("run", run);
            json.writeName("facts");
            json.writeStartObject();
            facts.forEach(json::writeStringProperty);
            json.writeEndObject();
            json.writeName("rows");
            json.writeStartArray();
            for (var row : rows) {
                json.writeRaw('\n');
                write(row, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        Files.writeString(file, text + "\n");
    }

    private static void write(Row row, JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("what", row.what());
        json.writeStringProperty("with", row.with());
        json.writeNumberProperty("value", row.value());
        json.writeStringProperty("unit", row.unit());
        if (!Double.isNaN(row.beside())) {
            json.writeNumberProperty("beside", row.beside());
            json.writeNumberProperty("ratio", row.ratio());
        }
        if (!row.aim().isEmpty()) {
            json.writeStringProperty("aim", row.aim());
            json.writeBooleanProperty("met", row.isMet());
        }
        json.writeEndObject();
    }

    /** Reads what {@link #write} wrote. */
    static KeptFigures read(Path file) throws IOException {
        try (var in = Files.newInputStream(file);
                var json = new JsonFactory().createParser(ObjectReadContext.empty(), in)) {
            String run = "";
            var facts = new LinkedHashMap<String, String>();
            var rows = new ArrayList<Row>();
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = json.currentName();
                json.nextToken();
                switch (member) {
                    case "run" -> run = json.getString();
                    case "facts" -> readFacts(json, facts);
                    case "rows" -> {
                        while (json.nextToken() == JsonToken.START_OBJECT) {
                            rows.add(readRow(json));
                        }
                    }
                    default -> json.skipChildren();
                }
            }
            return new KeptFigures(run, facts, rows);
        }
    }

    private static void readFacts(JsonParser json, Map<String, String> facts) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            facts.put(name, json.getString());
        }
    }

    private static Row readRow(JsonParser json) {
        String what = "";
        String with = "";
        String unit = "";
        String aim = "";
        double value = Double.NaN;
        double beside = Double.NaN;
        boolean isMet = false;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String member = json.currentName();
            json.nextToken();
            switch (member) {
                case "what" -> what = json.getString();
                case "with" -> with = json.getString();
                case "unit" -> unit = json.getString();
                case "aim" -> aim = json.getString();
                case "value" -> value = json.getDoubleValue();
                case "beside" -> beside = json.getDoubleValue();
                case "met" -> isMet = json.getBooleanValue();
                default -> json.skipChildren();
            }
        }
        return new Row(what, with, value, unit, beside, aim, isMet);
    }
}
