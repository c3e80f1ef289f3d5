/**
 * From settings to a running server. {@link Setting} is the table of all settings, {@link ConfigLoader} reads them into a {@link ServerConfig} or says every mistake
 * at once, {@link Wiring} is the parts list. Everything here runs on the main thread at start, or on the shutdown hook's.
 */
@NullMarked
package dev.portcullis.ops.server;

import org.jspecify.annotations.NullMarked;
