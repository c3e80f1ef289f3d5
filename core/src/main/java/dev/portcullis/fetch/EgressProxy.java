package dev.portcullis.fetch;

/**
 * An HTTP proxy through which requests leave the house (O-123). It is the operator's, so its address is not looked at.
 *
 * @param host name or address
 * @param port from 1 to 65535
 */
public record EgressProxy(String host, int port) {}
