/** The examples of README.md, which has each of these classes word for word, and the tests that hold it to that and run them. Start at the README. */
@NullMarked
package dev.portcullis.ops.examples;

import org.jspecify.annotations.NullMarked;
