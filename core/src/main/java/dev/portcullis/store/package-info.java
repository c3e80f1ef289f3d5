/** What survives a restart: grants and all that hangs on them, behind {@link GrantStore}. Calls block; they run on virtual threads, never on an event loop. Formats: core/STORAGE.md. */
@NullMarked
package dev.portcullis.store;

import org.jspecify.annotations.NullMarked;
