package dev.portcullis.ops.devidp;

import dev.portcullis.crypto.Randoms;
import java.net.URI;
import java.util.List;

/**
 * How the stand-in runs.
 *
 * @param host a loopback name or address; it stands in the issuer, {@code localhost} by default
 * @param port 0 for any that is free
 * @param clientId our id as its client; part of the issuer and so of every person's identity: the same at every start
 * @param clientSecret our secret as its client; with the same secret, refresh tokens outlive a restart
 * @param earlierSecrets those that it replaces, latest first: refresh tokens of theirs are good too
 * @param redirectUris our callbacks, compared as strings
 * @param people offered on the page
 */
public record DevIdpSettings(
        String host,
        int port,
        String clientId,
        String clientSecret,
        List<String> earlierSecrets,
        List<URI> redirectUris,
        List<Person> people) {
    /** The port that the documentation names. */
    public static final int DEFAULT_PORT = 8790;

    /** The client id when none is chosen. */
    public static final String DEFAULT_CLIENT_ID = "portcullis-local";

    public DevIdpSettings {
        earlierSecrets = List.copyOf(earlierSecrets);
        redirectUris = List.copyOf(redirectUris);
        people = List.copyOf(people);
        if (!clientId.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("client id must be 1 to 64 of A-Z a-z 0-9 . _ -: " + clientId);
        }
        if (clientSecret.length() < 16) {
            throw new IllegalArgumentException("the client secret must have at least 16 characters");
        }
    }

    /** With a secret that replaces none. */
    public DevIdpSettings(
            String host, int port, String clientId, String clientSecret, List<URI> redirectUris, List<Person> people) {
        this(host, port, clientId, clientSecret, List.of(), redirectUris, people);
    }

    /** On {@code localhost}, with a fresh secret and the ready-made people. */
    public static DevIdpSettings of(int port, URI redirectUri) {
        return new DevIdpSettings(
                "localhost", port, DEFAULT_CLIENT_ID, Randoms.base64Url(32), List.of(redirectUri), Person.READY_MADE);
    }

    /**
     * These settings with a secret of one's own.
     *
     * @param secrets it, and those that it replaces, latest first
     */
    public DevIdpSettings with(List<String> secrets) {
        return new DevIdpSettings(
                host, port, clientId, secrets.getFirst(), secrets.subList(1, secrets.size()), redirectUris, people);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "DevIdpSettings[" + host + ":" + port + ", " + clientId + "]";
    }
}
