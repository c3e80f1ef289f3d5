package dev.portcullis.mcp.registry;

import com.networknt.schema.Error;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.ValidationLimitExceededException;
import com.networknt.schema.annotation.Annotations;
import dev.portcullis.json.RawJson;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Any JSON Schema 2020-12 or draft-07, by the library; within bounds (T-28): {@link SchemaRules} has refused what points elsewhere or in circles, {@link EcmaPattern}
 * replaces the library's regular expressions and {@link UniqueItems} one of its keywords, and every keyword takes a step of the {@link CheckBudget}. Immutable.
 */
final class JsonSchema {
    /** Keywords and subschemas inside each other, below any stack's end. */
    private static final int EVALUATION_DEPTH_MAX = 1_000;

    /** For the trial at registration: the time of a check many times over, since nothing is compiled yet. */
    private static final int TRIAL_FACTOR = 20;

    private static final ExecutionConfig EXECUTION = ExecutionConfig.builder()
            .locale(Locale.ROOT)
            .formatAssertionsEnabled(false) // a note in 2020-12, and so in draft-07 for both ways of checking to agree
            .maxEvaluationDepth(EVALUATION_DEPTH_MAX)
            .build();

    private final Schema schema;
    private final int checkMillisMax;

    private JsonSchema(Schema schema, int checkMillisMax) {
        this.schema = schema;
        this.checkMillisMax = checkMillisMax;
    }

    /** @throws IllegalArgumentException what is wrong with it */
    static JsonSchema compile(String text) {
        return compile(text, SchemaRules.check(text).dialect(), SchemaLimits.DEFAULTS);
    }

    /**
     * @param text has passed {@link SchemaRules}
     * @throws IllegalArgumentException what is wrong with it
     */
    static JsonSchema compile(String text, SchemaDialect dialect, SchemaLimits limits) {
        try {
            var library = SchemaLibrary.of(dialect);
            String problem = library.problemOf(text);
            if (problem != null) {
                throw new IllegalArgumentException("not a JSON Schema: " + problem);
            }
            var compiled = new JsonSchema(library.read(text, limits), limits.checkMillisMax());
            compiled.evaluate("{}", TRIAL_FACTOR * limits.checkMillisMax()); // builds all of it
            return compiled;
        } catch (SchemaException e) {
            throw new IllegalArgumentException("not a JSON Schema: " + ProblemText.cut(e.getMessage()), e);
        } catch (CheckBudget.Spent e) {
            throw new IllegalArgumentException("the schema takes too long to check even an empty object", e);
        } catch (ValidationLimitExceededException | StackOverflowError e) {
            throw new IllegalArgumentException("the schema nests too deep", e);
        }
    }

    /** @return what is wrong with the value, for the model; null if nothing is. Takes little more than the time it has, on this thread */
    @Nullable
    String check(RawJson value) {
        var problems = new ProblemText();
        if (!SchemaNumbers.areModest(value)) {
            problems.add("/" + SchemaNumbers.immodestMember(value), "holds a number that does not fit 64 bits");
            return problems.orNull();
        }
        try {
            for (var error : evaluate(value.text(), checkMillisMax)) {
                if (problems.isFull()) {
                    break;
                }
                String where = error.getInstanceLocation().toString();
                problems.add(where.isEmpty() ? "/" : where, error.getMessage());
            }
            return problems.orNull();
        } catch (CheckBudget.Spent e) {
            return "/: takes more than " + checkMillisMax + " ms to check; send less, or something simpler";
        } catch (ValidationLimitExceededException | StackOverflowError e) {
            return "/: is nested too deep to be checked";
        }
    }

    private List<Error> evaluate(String json, int millis) {
        var budget = new CheckBudget(millis);
        return ScopedValue.where(CheckBudget.CURRENT, budget)
                .call(() -> schema.validate(new Steps(budget), json, InputFormat.JSON));
    }

    /** Sees each step of the library. */
    private static final class Steps extends ExecutionContext {
        private final CheckBudget budget;

        Steps(CheckBudget budget) {
            super(EXECUTION);
            this.budget = budget;
        }

        @Override
        public void evaluationPathAddLast(String keyword) {
            budget.step();
            super.evaluationPathAddLast(keyword);
        }

        @Override
        public void evaluationPathAddLast(int index) {
            budget.step();
            super.evaluationPathAddLast(index);
        }

        @Override
        public Annotations getAnnotations() {
            budget.step();
            return super.getAnnotations();
        }

        @Override
        public void addError(Error error) {
            budget.step();
            super.addError(error);
        }
    }
}
