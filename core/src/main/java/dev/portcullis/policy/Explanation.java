package dev.portcullis.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a {@link RulePolicy} decides as it does.
 *
 * @param decidedBy the rule that decided; null if it was the default
 * @param passed the rules before it, in order
 */
public record Explanation(Decision decision, @Nullable Rule decidedBy, List<Passed> passed) {
    public Explanation {
        passed = List.copyOf(passed);
    }

    /** A rule that did not decide, and why not. */
    public record Passed(Rule rule, String why) {}
}
