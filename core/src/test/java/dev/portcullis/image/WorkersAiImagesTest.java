package dev.portcullis.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server of our own that answers in the documented form of Cloudflare's API, and in other ways. */
class WorkersAiImagesTest {
    private static final String API_TOKEN = "a-token-for-this-test";
    private static final byte[] JPEG = new LocalPreviewImages().generate("a fox", 4);

    private final AtomicReference<String> requestLine = new AtomicReference<>();
    private final AtomicReference<String> authorization = new AtomicReference<>();
    private final AtomicReference<String> requestBody = new AtomicReference<>();
    private final CountDownLatch testIsOver = new CountDownLatch(1);
    private HttpServer server;
    private DocumentFetcher fetcher;
    private WorkersAiImages images;

    private interface Answer {
        void write(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private volatile Answer answer = exchange -> json(exchange, 200, success(JPEG));

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            requestLine.set(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            authorization.set(exchange.getRequestHeaders().getFirst("Authorization"));
            requestBody.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            try (exchange) {
                answer.write(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        fetcher = new DocumentFetcher(new FetchLimits(2_000, 2_000, 8_192, 100, 4), new AddressGuard());
        var api = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/client/v4");
        images = new WorkersAiImages(
                fetcher, api, "account-1", API_TOKEN, WorkersAiImages.MODEL_DEFAULT, WorkersAiImages.ANSWER_BYTES_MAX);
    }

    @AfterEach
    void stop() {
        testIsOver.countDown();
        fetcher.close();
        server.stop(0);
    }

    @Test
    void generateWhenServiceAnswersThenSendsWhatIsDocumentedAndGivesTheImage() throws Exception {
        assertThat(images.generate("a \"fox\" \n in ü", 7)).isEqualTo(JPEG);

        assertThat(requestLine.get())
                .isEqualTo("POST /client/v4/accounts/account-1/ai/run/@cf/black-forest-labs/flux-1-schnell");
        assertThat(authorization.get()).isEqualTo("Bearer " + API_TOKEN);
        assertThat(requestBody.get()).isEqualTo("{\"prompt\":\"a \\\"fox\\\" \\n in ü\",\"steps\":7}");
    }

    @Test
    void generateWhenServiceRefusesThePromptThenSaysItsReason() {
        answer = exchange -> json(
                exchange,
                400,
                "{\"success\":false,\"result\":null,\"messages\":[],\"errors\":[{\"code\":3030,\"message\":\"NSFW\\u001b[31m prompt\"}]}");
        assertRefused("refused: NSFW [31m prompt");
    }

    @Test
    void generateWhenCredentialsAreWrongThenBlamesTheOperatorAndNamesTheSettingOnly() {
        answer = exchange -> json(
                exchange,
                401,
                "{\"success\":false,\"errors\":[{\"code\":10000,\"message\":\"Authentication error\"}]}");
        assertRefused("CLOUDFLARE_API_TOKEN");
        assertThatThrownBy(() -> images.generate("x", 4)).message().doesNotContain(API_TOKEN);
    }

    @Test
    void generateWhenModelIsUnknownThenNamesIt() {
        answer = exchange -> json(exchange, 404, "{\"success\":false,\"errors\":[]}");
        assertRefused("flux-1-schnell");
    }

    @Test
    void generateWhenServiceFailsThenSaysTryLater() {
        answer = exchange -> json(exchange, 500, "{}");
        assertRefused("Try again later");
        answer = exchange -> json(exchange, 429, "{}");
        assertRefused("Try again later");
    }

    @Test
    void generateWhenAnswerIsNotAsDocumentedThenSaysSo() {
        answer = exchange -> json(exchange, 200, "{\"success\":true,\"result\":{\"image\":\"%%%\"}}");
        assertRefused("cannot be read");
        answer = exchange -> json(exchange, 200, "[1,2");
        assertRefused("cannot be read");
        answer = exchange -> json(exchange, 200, "{\"success\":true,\"result\":{}}");
        assertRefused("no reason given");
        answer = exchange -> json(exchange, 200, success("plain text".getBytes(StandardCharsets.UTF_8)));
        assertRefused("not a JPEG");
        answer = exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, 0);
        };
        assertRefused("does not answer as it should");
    }

    @Test
    void generateWhenAnswerIsOversizedThenStopsReading() {
        answer = exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            byte[] block = "a".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 64; i++) {
                out.write(block);
            }
        };
        assertRefused("more than an image may be");
    }

    @Test
    void generateWhenServiceIsSlowThenGivesUpAtTheDeadline() {
        answer = exchange -> testIsOver.await();
        assertRefused("took too long");
    }

    @Test
    void generateWhenNobodyListensThenSaysSo() {
        server.stop(0);
        assertRefused("cannot be reached");
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> images.generate("a fox", 4))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(reason);
    }

    private static String success(byte[] image) {
        return "{\"result\":{\"image\":\"" + Base64.getEncoder().encodeToString(image)
                + "\"},\"success\":true,\"errors\":[],\"messages\":[]}";
    }

    private static void json(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
