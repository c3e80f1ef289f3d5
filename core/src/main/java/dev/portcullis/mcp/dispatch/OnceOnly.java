package dev.portcullis.mcp.dispatch;

import dev.portcullis.crypto.TokenHash;

/** Sees to it that something happens once, whichever node is asked: {@link dev.portcullis.store.GrantStore#spendOnce}, or whatever else is known to all nodes. Blocks. */
@FunctionalInterface
public interface OnceOnly {
    /**
     * @param id hash of what is used up, and of what it is for
     * @param expiresAtSeconds until when it must be remembered, Unix time
     * @return true for exactly one of all callers until then
     * @throws dev.portcullis.store.StoreException it cannot be remembered now: it must not happen
     */
    boolean spend(TokenHash id, long expiresAtSeconds, long nowSeconds);
}
