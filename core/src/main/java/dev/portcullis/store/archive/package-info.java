/**
 * Everything that is live in a store, taken out and put into another: start at {@link dev.portcullis.store.archive.ArchiveCopy}. A store offers it by an
 * {@link dev.portcullis.store.archive.Archive} beside its {@link dev.portcullis.store.GrantStore}. No server runs meanwhile. One thread, which blocks.
 */
@NullMarked
package dev.portcullis.store.archive;

import org.jspecify.annotations.NullMarked;
