package dev.portcullis.mcp.registry;

import com.networknt.schema.ExecutionContext;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaContext;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.keyword.AbstractKeyword;
import com.networknt.schema.keyword.BaseKeywordValidator;
import com.networknt.schema.keyword.KeywordValidator;
import com.networknt.schema.path.NodePath;
import java.util.HashSet;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * The keyword {@code uniqueItems}, in time that grows with the array alone. The library puts the items into a hash table as they are: items made to share one hash
 * would be compared each with each, in one step that no budget sees. Here they are texts, which Java's table keeps in order where their hashes meet.
 */
final class UniqueItems extends AbstractKeyword {
    private static final String NAME = "uniqueItems";

    UniqueItems() {
        super(NAME);
    }

    @Override
    public KeywordValidator newValidator(
            SchemaLocation location, JsonNode value, Schema parentSchema, SchemaContext context) {
        return new Check(this, location, value, parentSchema, context);
    }

    private static final class Check extends BaseKeywordValidator {
        Check(
                UniqueItems keyword,
                SchemaLocation location,
                JsonNode value,
                Schema parentSchema,
                SchemaContext context) {
            super(keyword, value, location, parentSchema, context);
        }

        @Override
        public void validate(ExecutionContext execution, JsonNode value, JsonNode root, NodePath where) {
            if (!value.isArray() || !schemaNode.booleanValue(false)) {
                return;
            }
            var budget = CheckBudget.CURRENT.isBound() ? CheckBudget.CURRENT.get() : new CheckBudget(1_000);
            var seen = new HashSet<String>();
            var text = new StringBuilder();
            for (var item : value) {
                text.setLength(0);
                write(item, text, budget);
                if (!seen.add(text.toString())) {
                    execution.addError(error().instanceNode(value)
                            .instanceLocation(where)
                            .evaluationPath(execution.getEvaluationPath())
                            .locale(execution.getExecutionConfig().getLocale())
                            .build());
                    return;
                }
            }
        }

        /** Writes a value so that equal values, and no others, make equal texts: 1 and 1.0 are equal, and so are objects in another order. */
        private static void write(JsonNode value, StringBuilder out, CheckBudget budget) {
            budget.step();
            switch (value.getNodeType()) {
                case OBJECT -> {
                    var members = new TreeMap<String, JsonNode>();
                    value.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
                    out.append('{').append(members.size());
                    members.forEach((name, member) -> {
                        writeText(name, out);
                        write(member, out, budget);
                    });
                }
                case ARRAY -> {
                    out.append('[').append(value.size());
                    value.forEach(element -> write(element, out, budget));
                }
                case NUMBER ->
                    out.append('#')
                            .append(value.decimalValue().stripTrailingZeros())
                            .append(' ');
                case STRING -> writeText(value.stringValue(), out);
                case BOOLEAN, NULL, BINARY, MISSING, POJO ->
                    out.append(value.asString("null")).append(' ');
            }
        }

        private static void writeText(String text, StringBuilder out) {
            out.append('"').append(text.length()).append(' ').append(text);
        }
    }
}
