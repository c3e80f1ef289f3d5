/**
 * What every store keeps, as bytes: start at {@link Records}. Stores differ in where a record stands and in what they keep beside it, not in the record, so that one can be moved to
 * another as it is. Stateless but for {@link Bytes}, which belongs to one thread. Formats: core/STORAGE.md.
 */
@NullMarked
package dev.portcullis.store.record;

import org.jspecify.annotations.NullMarked;
