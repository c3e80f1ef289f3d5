package dev.portcullis.ops.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** O-121, O-122, O-12: official clients that are known by the https address of a document, and so register nothing. */
@Timeout(300)
class ClientDocumentIT {
    private static final String PASSWORD = "only-for-this-test";

    @TempDir
    Path folder;

    private final AtomicInteger fetched = new AtomicInteger();
    private Path keys;
    private HttpsServer web;
    private String authority;

    @BeforeEach
    void publishDocument() throws Exception {
        keys = folder.resolve("keys.p12");
        makeCertificate();
        web = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.setHttpsConfigurator(new HttpsConfigurator(tls()));
        authority = "localhost:" + web.getAddress().getPort();
        web.createContext("/client.json", exchange -> {
            fetched.incrementAndGet();
            byte[] document = """
                    {"client_id":"https://%s/client.json","client_name":"Described app",
                     "redirect_uris":["http://127.0.0.1/callback"],"token_endpoint_auth_method":"none"}""".formatted(authority).getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, document.length);
            exchange.getResponseBody().write(document);
            exchange.close();
        });
        web.start();
    }

    @AfterEach
    void stop() {
        web.stop(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sdk-client.mjs", "sdk2-client.mjs"})
    void sdkWhenItHasADocumentThenSignsInByItAndRegistersNothing(String script) throws Exception {
        String document = "https://" + authority + "/client.json";
        try (var server = ServerProcess.start(
                folder,
                Map.of(
                        "FETCH_ALLOW",
                        authority,
                        "REGISTRATION",
                        "off",
                        "JAVA_TOOL_OPTIONS",
                        "-Djavax.net.ssl.trustStore=" + keys + " -Djavax.net.ssl.trustStorePassword=" + PASSWORD))) {
            JsonNode seen = NodeScript.run(
                    folder, script, "--url", server.uri("/mcp").toString(), "--client-document", document);

            assertThat(seen.get("add").asString()).isEqualTo("5");
            assertThat(seen.get("clientId").asString()).isEqualTo(document);
            assertThat(seen.get("pages").toString()).contains("consent", "identity");
            assertThat(fetched).hasValue(1);
        }
    }

    private void makeCertificate() throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "web",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        keys.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.txt").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue())
                .as(Files.readString(folder.resolve("keytool.txt")))
                .isZero();
        trustIt();
    }

    /** A store of keys alone trusts nobody: the certificate goes in as one to trust too. */
    private void trustIt() throws Exception {
        var store = keyStore();
        store.setCertificateEntry("trusted", store.getCertificate("web"));
        try (var out = Files.newOutputStream(keys)) {
            store.store(out, PASSWORD.toCharArray());
        }
    }

    private KeyStore keyStore() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private SSLContext tls() throws Exception {
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keyStore(), PASSWORD.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }
}
