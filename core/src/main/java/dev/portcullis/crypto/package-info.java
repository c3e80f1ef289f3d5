/** Keys, seals and hashes: the only room that touches {@code javax.crypto} and {@code SecureRandom}. Start at {@link MasterKey}. Any thread. */
@NullMarked
package dev.portcullis.crypto;

import org.jspecify.annotations.NullMarked;
