/** The runnable server. Start at {@link Main}: it reads the settings, starts the parts, says where they are, and waits for the signal to stop. */
@NullMarked
package dev.portcullis.ops;

import org.jspecify.annotations.NullMarked;
