/** The runnable server. Start at {@code Main}. */
@NullMarked
package dev.portcullis.ops;

import org.jspecify.annotations.NullMarked;
