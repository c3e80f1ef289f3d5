package dev.portcullis.fetch;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.ssl.SSLContexts;
import org.jspecify.annotations.Nullable;

/**
 * TLS with the certificates that this JVM believes. They are read when the first connection needs them: there are some hundred and fifty, and a start that
 * waited for them would take a tenth of a second longer. Any thread.
 */
final class DefaultTrust implements TlsSocketStrategy {
    private volatile @Nullable TlsSocketStrategy read;

    @Override
    public SSLSocket upgrade(Socket socket, String target, int port, Object attachment, HttpContext context)
            throws IOException {
        TlsSocketStrategy strategy = read;
        if (strategy == null) {
            // Two at once read twice, and either is right.
            strategy = new DefaultClientTlsStrategy(SSLContexts.createDefault());
            read = strategy;
        }
        return strategy.upgrade(socket, target, port, attachment, context);
    }
}
