/**
 * From a socket to a request. {@link ServerPipeline} is the place to start: its four methods list every handler in order, and reading them is reading the
 * server. The other files are the handlers that HTTP/1.1 needs before a request is a request: strict framing ({@link FramingGuard}, T-1, T-2), one request at a
 * time ({@link Http1Codec}, {@link KeepAliveHandler}, T-14), patience with limits ({@link IdleHandler}, T-4) and a bounded number of connections
 * ({@link ConnectionLimitHandler}).
 *
 * <p>Reading is by demand. A socket's auto-read is off; each {@code read()} of a handler asks for one message, and the codec decodes no further than was asked
 * for. So a body is read as fast as its reader takes it, and a pipelined request is not even parsed before the answer to the one in front of it has been
 * written. While nothing undecoded is held the socket is read all the same, so that a peer that leaves is noticed at once (H-63).
 *
 * <p>Handlers belong to one connection and its event loop, unless they say that they are shared.
 */
@NullMarked
package dev.portcullis.pipeline;

import org.jspecify.annotations.NullMarked;
