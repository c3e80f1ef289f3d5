package dev.portcullis.ops.e2e;

import java.net.URI;

/** All clients at one server process. */
class ClientMatrixIT extends ClientMatrixContract {
    private ServerProcess server;

    @Override
    void startServer() throws Exception {
        server = ServerProcess.start(folder, MatrixServer.class);
    }

    @Override
    URI at(String path) {
        return server.uri(path);
    }

    @Override
    String stopServer() throws Exception {
        server.stop();
        return server.output();
    }
}
