/**
 * {@link dev.portcullis.store.GrantStore} in Redis. Start at {@link RedisGrantStore}. All that is of one grant is one hash, so each step about a grant is one script that touches one
 * key: atomic on whatever server has it, also while its slot is moved to another. Each key ends by itself. Keys and fields: core/STORAGE.md, "Redis". Calls block.
 */
@NullMarked
package dev.portcullis.redis.grant;

import org.jspecify.annotations.NullMarked;
