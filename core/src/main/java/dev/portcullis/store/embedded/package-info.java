/**
 * {@link dev.portcullis.store.GrantStore} inside this process, in one file or in memory. Start at {@link EmbeddedGrantStore}. All writes are made by one thread
 * ({@link Writer}), so each is atomic by itself; reads take no lock and run on the caller's thread. Formats: core/STORAGE.md.
 */
@NullMarked
package dev.portcullis.store.embedded;

import org.jspecify.annotations.NullMarked;
