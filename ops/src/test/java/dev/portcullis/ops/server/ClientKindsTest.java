package dev.portcullis.ops.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole server and a client of each kind at its doors: O-15, O-16, O-120, O-121, O-132; T-78. */
class ClientKindsTest {
    private static final Map<String, String> ANYWHERE =
            Map.of("PORT", "0", "MANAGEMENT_PORT", "0", "DEV_IDP_PORT", "0", "STORE", "memory:");
    private static final String REDIRECT = "https://client.example/cb";

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void authorizeWhenClientDescribesItselfAtAnAllowedAddressThenAsksForConsent() throws Exception {
        HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String authority = "127.0.0.1:" + web.getAddress().getPort();
        String id = "http://" + authority + "/client.json";
        web.createContext("/client.json", exchange -> {
            byte[] document = ("{\"client_id\":\"" + id + "\",\"client_name\":\"Loopback App\",\"redirect_uris\":[\""
                            + REDIRECT + "\"]}")
                    .getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, document.length);
            exchange.getResponseBody().write(document);
            exchange.close();
        });
        web.start();
        try (var server = PortcullisServer.builder()
                        .settings(ANYWHERE)
                        .setting("FETCH_ALLOW", authority)
                        .start();
                var strict = PortcullisServer.builder().settings(ANYWHERE).start()) {
            var page = authorize(server, id);
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("Loopback App");
            assertThat(get(server, "/.well-known/oauth-authorization-server").body())
                    .contains("\"client_id_metadata_document_supported\":true");

            assertThat(authorize(strict, id).statusCode())
                    .as("nobody has allowed it")
                    .isEqualTo(400);
            assertThat(authorize(strict, "https://127.0.0.1:" + web.getAddress().getPort() + "/client.json")
                            .body())
                    .contains("client metadata unavailable, try again");
        } finally {
            web.stop(0);
        }
    }

    @Test
    void registerWhenOffThenThereIsNoSuchEndpointAndNobodySaysSo() throws Exception {
        Files.writeString(
                directory.resolve("portcullis.yaml"),
                "clients:\n  - id: our-portal\n    name: Our Portal\n    redirect-uris: " + REDIRECT + "\n");
        try (var server = PortcullisServer.builder()
                .settings(ANYWHERE)
                .directory(directory)
                .fromEnvironment()
                .setting("REGISTRATION", "off")
                .setting("CLIENT_DOCUMENTS", "off")
                .start()) {
            assertThat(register(server).statusCode()).isEqualTo(404);
            assertThat(get(server, "/.well-known/oauth-authorization-server").body())
                    .doesNotContain("registration_endpoint", "client_id_metadata_document_supported");
            var page = authorize(server, "our-portal");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("Our Portal");
            assertThat(authorize(server, "https://client.example/c").body()).contains("not registered here");
        }
    }

    @Test
    void registerWhenATokenIsSetThenItIsNeeded() throws Exception {
        try (var server = PortcullisServer.builder()
                .settings(ANYWHERE)
                .setting("REGISTRATION_TOKEN", "0123456789abcdef")
                .start()) {
            assertThat(register(server).statusCode()).isEqualTo(401);
            assertThat(register(server, "authorization", "Bearer 0123456789abcdef")
                            .statusCode())
                    .isEqualTo(201);
        }
    }

    private HttpResponse<String> register(PortcullisServer server, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(server.url().resolve("/register"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"redirect_uris\":[\"" + REDIRECT + "\"]}"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> authorize(PortcullisServer server, String clientId) throws Exception {
        return get(
                server,
                "/authorize?response_type=code&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
                        + "&code_challenge_method=S256&client_id=" + URLEncoder.encode(clientId, UTF_8)
                        + "&redirect_uri="
                        + URLEncoder.encode(REDIRECT, UTF_8));
    }

    private HttpResponse<String> get(PortcullisServer server, String path) throws Exception {
        URI uri = server.url().resolve(path);
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
