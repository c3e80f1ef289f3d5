package dev.portcullis.benchmarks.load;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A request as it goes over the wire, again and again. The body is not copied: nobody changes it.
 *
 * @param headers name and value, in order; without Host and Content-Length
 */
record Request(String method, String path, List<Map.Entry<String, String>> headers, byte[] body) {
    Request {
        headers = List.copyOf(headers);
    }

    static Request get(String path) {
        return new Request("GET", path, List.of(), new byte[0]);
    }

    static Request post(String path, String mediaType, String body) {
        return new Request(
                "POST", path, List.of(Map.entry("content-type", mediaType)), body.getBytes(StandardCharsets.UTF_8));
    }

    /** This request and one more header. */
    Request with(String name, String value) {
        var more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new Request(method, path, more, body);
    }
}
