/**
 * The whole server as its users have it: the packaged program in a process of its own, real clients, a real browser, real providers, over real sockets. The Node side
 * is in {@code src/test/node}; {@code ops/test} installs what it needs.
 */
@NullMarked
package dev.portcullis.ops.e2e;

import org.jspecify.annotations.NullMarked;
