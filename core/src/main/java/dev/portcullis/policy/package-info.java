/** The one decision about who may do what: {@link Policy#decide}; start at {@link RulePolicy}. Pure and fast; any thread. */
@NullMarked
package dev.portcullis.policy;

import org.jspecify.annotations.NullMarked;
