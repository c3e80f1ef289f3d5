package dev.portcullis.ops.command;

import dev.portcullis.ops.server.ConfigLoader;
import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.StartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Asks the running server's management listener, which it finds by the same settings as the server was started with, and prints its answer. */
final class Administration {
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(2);

    private final URI base;
    private final String token;

    private Administration(URI base, String token) {
        this.base = base;
        this.token = token;
    }

    /** @throws StartException there is no token, or the port is not to be known */
    static Administration bySettings() throws StartException {
        var config = ConfigLoader.load(System.getenv(), Path.of("")).config();
        var token = config.authorization().account().adminToken();
        if (token == null) {
            throw new StartException(
                    ExitCode.CONFIG,
                    "ADMIN_TOKEN is not set, here or for the server: set it for both (openssl rand -hex 32).");
        }
        var address = config.management();
        if (address.getPort() == 0) {
            throw new StartException(
                    ExitCode.CONFIG, "MANAGEMENT_PORT is 0: set it to the port that the server's banner names.");
        }
        return new Administration(URI.create("http://" + authority(address)), token.reveal());
    }

    private static String authority(InetSocketAddress address) {
        InetAddress host =
                address.getAddress().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address.getAddress();
        String text = host.getHostAddress();
        return (text.contains(":") ? "[" + text + "]" : text) + ":" + address.getPort();
    }

    ExitCode get(String path, String parameters) throws StartException, InterruptedException {
        return send(request(path + "?" + parameters).GET());
    }

    ExitCode post(String path, String form) throws StartException, InterruptedException {
        return send(request(path)
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
    }

    private HttpRequest.Builder request(String target) {
        return HttpRequest.newBuilder(base.resolve(target))
                .timeout(ANSWER_LIMIT)
                .header("authorization", "Bearer " + token);
    }

    private ExitCode send(HttpRequest.Builder request) throws StartException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            boolean isOk = answer.statusCode() == 200;
            (isOk ? System.out : System.err).print(isOk ? answer.body() : explain(answer));
            return isOk ? ExitCode.OK : answer.statusCode() == 400 ? ExitCode.USAGE : ExitCode.UNAVAILABLE;
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.UNAVAILABLE,
                    "No server answers at " + base + ": start it, or set MANAGEMENT_HOST and MANAGEMENT_PORT as it has"
                            + " them.",
                    e);
        }
    }

    private String explain(HttpResponse<String> answer) {
        return switch (answer.statusCode()) {
            case 401 -> "The server at " + base + " has another ADMIN_TOKEN.\n";
            case 404 -> "The server at " + base + " was started without ADMIN_TOKEN.\n";
            default -> "The server at " + base + " says " + answer.statusCode() + ": " + answer.body();
        };
    }

    /** A command with these options, and {@code --help}. */
    static CommandSpec spec(String name, String meaning, OptionSpec... options) {
        var spec = CommandSpec.create().name(name);
        spec.usageMessage().width(100).description(meaning);
        for (var option : options) {
            spec.addOption(option);
        }
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this text and exit.")
                .build());
        return spec;
    }

    /** An option that takes a value. */
    static OptionSpec option(String name, String label, String meaning) {
        return OptionSpec.builder(name)
                .type(String.class)
                .paramLabel(label)
                .description(meaning)
                .build();
    }

    /** @return options that were given, as a form; their names without the dashes */
    static String form(ParseResult parsed, String... options) {
        List<String> pairs = new ArrayList<>();
        for (String option : options) {
            String value = parsed.matchedOptionValue(option, "");
            if (!value.isEmpty()) {
                pairs.add(option.substring(2) + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        }
        return String.join("&", pairs);
    }
}
