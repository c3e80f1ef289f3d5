/**
 * JSON-RPC 2.0: messages, and their way from and to bytes. Knows nothing of MCP. Start at {@link JsonRpcMessage}; {@link JsonRpcDecoder} reads, {@link JsonRpcEncoder}
 * writes. Decoders and writers belong to one thread, messages to nobody.
 */
@NullMarked
package dev.portcullis.jsonrpc;

import org.jspecify.annotations.NullMarked;
