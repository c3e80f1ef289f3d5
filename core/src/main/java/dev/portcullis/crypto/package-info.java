/** Keys, seals and hashes: the only room with HMAC, AES-GCM and {@code SecureRandom}; the key wrap of grants is {@code store.GrantCipher}'s. Start at {@link MasterKey}. Any thread. */
@NullMarked
package dev.portcullis.crypto;

import org.jspecify.annotations.NullMarked;
