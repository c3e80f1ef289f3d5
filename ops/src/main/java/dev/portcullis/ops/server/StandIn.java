package dev.portcullis.ops.server;

import dev.portcullis.crypto.Base64Url;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.ops.devidp.DevIdentityProvider;
import dev.portcullis.ops.devidp.DevIdpSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;

/** The local stand-in for Access as our settings want it: within a server, or by itself for several that share it. */
public final class StandIn {
    private StandIn() {}

    /**
     * Binds and serves. With a secret that follows from the key, so that its refresh tokens outlive our process, and the key: neither a restart nor a new key signs
     * anybody out.
     *
     * @param port 0: any that is free
     * @param callback where it sends people back to
     * @throws StartException UNAVAILABLE: the port is taken
     */
    public static DevIdentityProvider start(int port, URI callback, MasterKey key, InstantSource clock)
            throws StartException {
        var secrets = key.hmacs("devidp-client-secret/1").stream()
                .map(secret -> Base64Url.encode(secret.getEncoded()))
                .toList();
        try {
            return DevIdentityProvider.start(DevIdpSettings.of(port, callback).with(secrets), clock);
        } catch (IOException e) {
            throw StartException.cannotListen(Setting.DEV_IDP_PORT, new InetSocketAddress("localhost", port), e);
        }
    }
}
