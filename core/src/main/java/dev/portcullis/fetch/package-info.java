/**
 * The only way out: bounded HTTPS requests to identity providers and to documents that strangers name. Start at {@link DocumentFetcher} and {@link DocumentTable}; what
 * addresses a stranger may make us connect to is decided in {@link AddressGuard}. Calls block; they run on virtual threads, never on an event loop.
 */
@NullMarked
package dev.portcullis.fetch;

import org.jspecify.annotations.NullMarked;
