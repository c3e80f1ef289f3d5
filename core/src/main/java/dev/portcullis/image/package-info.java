/**
 * Pictures from words: {@link ImageGenerator}, over Workers AI or drawn here as a stand-in. Calls block; they run on virtual threads.
 */
@NullMarked
package dev.portcullis.image;

import org.jspecify.annotations.NullMarked;
