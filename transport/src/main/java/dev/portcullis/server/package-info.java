/**
 * Sockets and threads: {@link GatewayServer} binds, drains and stops a listener; {@link EventLoops} are the few threads that never block; {@link Offload} runs
 * what may block on virtual threads, in bounded number. Start at {@link GatewayServer}. Its methods are for the thread that starts and stops the process.
 */
@NullMarked
package dev.portcullis.server;

import org.jspecify.annotations.NullMarked;
