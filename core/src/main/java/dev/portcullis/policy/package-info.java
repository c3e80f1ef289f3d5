/** The one decision about who may do what: {@link Policy#decide}. Pure and fast; any thread. */
@NullMarked
package dev.portcullis.policy;

import org.jspecify.annotations.NullMarked;
