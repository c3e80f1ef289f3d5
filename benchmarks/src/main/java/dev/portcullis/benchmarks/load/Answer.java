package dev.portcullis.benchmarks.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a server answers to a request that is sent once: to make sure that it is the right one, and to show the ceiling what to answer.
 *
 * @param headers name and value, in the order of the JDK's client, which is the alphabet's
 */
record Answer(int status, List<Map.Entry<String, String>> headers, byte[] body) {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Keeps its connections; for all requests of this process that are not themselves the load. Any thread. */
    static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /** Sends it and waits. @throws LoadException no answer */
    static Answer of(URI server, Request request) throws InterruptedException {
        var sent = HttpRequest.newBuilder(server.resolve(request.path()))
                .timeout(PATIENCE)
                .method(
                        request.method(),
                        request.body().length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(request.body()));
        request.headers().forEach(header -> sent.header(header.getKey(), header.getValue()));
        try {
            var answer = CLIENT.send(sent.build(), HttpResponse.BodyHandlers.ofByteArray());
            var headers = answer.headers().map().entrySet().stream()
                    .flatMap(header -> header.getValue().stream().map(value -> Map.entry(header.getKey(), value)))
                    .toList();
            return new Answer(answer.statusCode(), headers, answer.body());
        } catch (IOException e) {
            throw new LoadException("no answer to " + request.method() + " " + request.path(), e);
        }
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** @param name in lower case   @return the first value; null if there is none */
    @Nullable
    String header(String name) {
        return headers.stream()
                .filter(header -> header.getKey().equals(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** @return this   @throws LoadException it is another status, or the body lacks that text */
    Answer expecting(int wanted, String part) {
        if (status != wanted || !text().contains(part)) {
            throw new LoadException("expected " + wanted + " with " + part + ", got " + status + ": " + text());
        }
        return this;
    }
}
