package dev.portcullis.mcp.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.portcullis.mcp.ProtocolVersion;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The golden messages against the schemas that the protocol's authors publish: what we write, in every revision, and what clients write, which we must take. */
class SchemaConformanceTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** Objects that are not the protocol's own. */
    private static final Set<String> FOREIGN = Set.of("inputSchema", "outputSchema");

    /** The published schema of a revision; and the same with all objects closed that name their members. */
    private record Schemas(ProtocolVersion version, ObjectNode open, ObjectNode closed) {
        static Schemas of(ProtocolVersion version) {
            try (InputStream in =
                    SchemaConformanceTest.class.getResourceAsStream("/schema/" + version.text() + ".json")) {
                var open = (ObjectNode) JSON.readTree(in);
                var closed = open.deepCopy();
                close(closed.get(definitions(closed)));
                return new Schemas(version, open, closed);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private static String definitions(ObjectNode schema) {
            return schema.has("$defs") ? "$defs" : "definitions";
        }

        private static void close(JsonNode node) {
            if (node instanceof ObjectNode object) {
                if (object.get("properties") instanceof ObjectNode && !object.has("additionalProperties")) {
                    object.put("additionalProperties", false);
                }
                object.forEachEntry((name, child) -> {
                    if (!FOREIGN.contains(name) && !name.equals("allOf")) {
                        close(child);
                    }
                });
            } else {
                node.forEach(Schemas::close);
            }
        }

        boolean has(String definition) {
            return open.get(definitions(open)).has(definition);
        }

        boolean names(String definition, String member) {
            return open.get(definitions(open))
                    .get(definition)
                    .path("properties")
                    .has(member);
        }

        void assertValid(String definition, JsonNode message) {
            assertThat(problems(open, definition, message))
                    .as("%s of %s: %s", definition, version, message)
                    .isEmpty();
        }

        /** Valid, and without a member that the revision does not know. */
        void assertKnown(String definition, JsonNode message) {
            assertValid(definition, message);
            assertThat(problems(closed, definition, message))
                    .as("members unknown to %s of %s: %s", definition, version, message)
                    .isEmpty();
        }

        private static List<?> problems(ObjectNode schema, String definition, JsonNode message) {
            var pointed = schema.deepCopy();
            pointed.put("$ref", "#/" + definitions(schema) + "/" + definition);
            Schema compiled = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(pointed.toString(), InputFormat.JSON);
            return compiled.validate(message.toString(), InputFormat.JSON);
        }
    }

    static void assertValid(ProtocolVersion version, String definition, String json) {
        Schemas.of(version).assertValid(definition, JSON.readTree(json));
    }

    @Test
    void schemasWhenMessageIsWrongThenSaySo() { // else the other tests prove nothing
        var newest = Schemas.of(ProtocolVersion.V2026_07_28);
        var oldest = Schemas.of(ProtocolVersion.V2024_11_05);

        assertThat(Schemas.problems(newest.open(), "CallToolResult", JSON.readTree("{\"content\":[]}")))
                .isNotEmpty();
        assertThat(Schemas.problems(oldest.open(), "InitializeResult", JSON.readTree("{}")))
                .isNotEmpty();
        var titled = JSON.readTree("{\"name\":\"n\",\"version\":\"1\",\"title\":\"T\"}");
        assertThat(Schemas.problems(oldest.open(), "Implementation", titled)).isEmpty();
        assertThat(Schemas.problems(oldest.closed(), "Implementation", titled)).isNotEmpty();
    }

    /** H §8.1: and nothing is said that only a newer revision knows. */
    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void messagesWhenOursThenFitTheSchemaAndNoMore(ProtocolVersion version) {
        var schemas = Schemas.of(version);
        Golden.read(version, "server").forEach((name, text) -> {
            var message = JSON.readTree(text);
            String definition = Golden.definition(name);
            schemas.assertValid("JSONRPCMessage", message);
            if (definition.equals("Error")) {
                schemas.assertKnown(
                        schemas.has("JSONRPCErrorResponse") ? "JSONRPCErrorResponse" : "JSONRPCError", message);
            } else if (definition.endsWith("Result")) {
                schemas.assertValid(
                        schemas.has("JSONRPCResultResponse") ? "JSONRPCResultResponse" : "JSONRPCResponse", message);
                schemas.assertKnown(definition, message.get("result"));
            } else if (definition.endsWith("Error")) {
                schemas.assertValid(definition, message);
            } else {
                schemas.assertKnown(definition, body(schemas, definition, (ObjectNode) message));
            }
        });
    }

    /** Schemas before 2025-11-25 describe requests and notifications without their envelope. */
    private static JsonNode body(Schemas schemas, String definition, ObjectNode message) {
        if (schemas.names(definition, "jsonrpc")) {
            return message;
        }
        var bare = message.deepCopy();
        bare.remove("jsonrpc");
        bare.remove("id");
        return bare;
    }

    /** The same from the other side. */
    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void messagesWhenOfClientsThenFitTheSchemaAndAreTaken(ProtocolVersion version) throws Exception {
        var schemas = Schemas.of(version);
        try (var client = new GoldenClient(version)) {
            for (var golden : Golden.read(version, "client").entrySet()) {
                var message = JSON.readTree(golden.getValue());
                String definition = Golden.definition(golden.getKey());
                schemas.assertValid("JSONRPCMessage", message);
                schemas.assertValid(definition, definition.endsWith("Result") ? message.get("result") : message);
                assertThat(client.refusal(golden.getKey(), golden.getValue()))
                        .as("refusal of %s %s", version, golden.getKey())
                        .isNull();
            }
        }
    }
}
