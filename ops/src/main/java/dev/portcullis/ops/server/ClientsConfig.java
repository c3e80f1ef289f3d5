package dev.portcullis.ops.server;

import dev.portcullis.fetch.EgressProxy;
import dev.portcullis.fetch.HostNames;
import dev.portcullis.fetch.HostRules;
import dev.portcullis.oauth.client.RedirectUris;
import dev.portcullis.store.RegisteredClient;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which OAuth clients there are: those of the section {@code clients}, and what of themselves others may bring.
 *
 * @param preregistered from the section {@code clients} (O-120)
 * @param registration null: clients cannot register themselves
 * @param isByDocument whether a client may be known by the address of a document (O-121)
 * @param hosts whose documents and keys are fetched (O-126)
 * @param trustedHosts whose clients people are not warned of (O-126)
 * @param documentSecondsMax longest life of a fetched document
 * @param documentBytesMax longest document
 * @param fetchesMax requests for documents at a time
 * @param perHostPerMinute of them, to one host in a minute
 * @param tableBytesMax of documents kept, and of key sets
 * @param redirectSchemes private-use schemes without a dot that clients may be sent back to (O-51)
 * @param egressProxy null for none
 */
public record ClientsConfig(
        List<RegisteredClient> preregistered,
        @Nullable Registration registration,
        boolean isByDocument,
        HostRules hosts,
        HostNames trustedHosts,
        int documentSecondsMax,
        int documentBytesMax,
        int fetchesMax,
        int perHostPerMinute,
        int tableBytesMax,
        List<String> redirectSchemes,
        @Nullable EgressProxy egressProxy) {
    private static final int TOKEN_CHARS_MIN = 16;
    private static final Pattern HOST_RULE = Pattern.compile("(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?");
    private static final Pattern HOST_AND_PORT = Pattern.compile("([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+]):([0-9]{1,5})");

    public ClientsConfig {
        preregistered = List.copyOf(preregistered);
        redirectSchemes = List.copyOf(redirectSchemes);
    }

    /**
     * Dynamic registration.
     *
     * @param initialAccessToken null: anybody may register
     * @param perMinuteMax registrations in a minute
     */
    public record Registration(@Nullable Secret initialAccessToken, int perMinuteMax) {}

    /** Reads and checks; mistakes go to {@code values}, what is allowed but should be known to {@code warnings}. */
    static ClientsConfig load(SettingValues values, List<String> warnings) {
        var allowed = hostNames(values, Setting.CLIENT_DOCUMENT_HOSTS);
        var config = new ClientsConfig(
                ClientsSection.read(values),
                registration(values, warnings),
                values.isOn(Setting.CLIENT_DOCUMENTS),
                new HostRules(allowed, hostNames(values, Setting.CLIENT_DOCUMENT_HOSTS_DENIED)),
                union(allowed, hostNames(values, Setting.CLIENT_TRUSTED_HOSTS)),
                values.number(Setting.CLIENT_DOCUMENT_SECONDS_MAX),
                values.number(Setting.CLIENT_DOCUMENT_BYTES_MAX),
                values.number(Setting.CLIENT_DOCUMENT_FETCHES_MAX),
                values.number(Setting.CLIENT_DOCUMENTS_PER_HOST_MAX),
                values.number(Setting.CLIENT_DOCUMENT_TABLE_BYTES_MAX),
                redirectSchemes(values),
                egressProxy(values));
        if (config.registration == null && !config.isByDocument && config.preregistered.isEmpty()) {
            warnings.add("Nobody can connect: REGISTRATION and CLIENT_DOCUMENTS are off, and there are no clients in"
                    + " portcullis.yaml.");
        }
        return config;
    }

    private static @Nullable Registration registration(SettingValues values, List<String> warnings) {
        String token = values.textOrNull(Setting.REGISTRATION_TOKEN);
        int perMinute = values.number(Setting.REGISTRATIONS_PER_MINUTE_MAX);
        if (token != null && (token.length() < TOKEN_CHARS_MIN || !isVisibleAscii(token))) {
            values.mistake(
                    Setting.REGISTRATION_TOKEN,
                    "is shorter than " + TOKEN_CHARS_MIN + " characters, or has others than visible ASCII",
                    "Make one with: openssl rand -hex 32.");
        }
        if (!values.isOn(Setting.REGISTRATION)) {
            if (token != null) {
                warnings.add("REGISTRATION_TOKEN means nothing while REGISTRATION is off.");
            }
            return null;
        }
        return new Registration(token == null ? null : new Secret(token), perMinute);
    }

    static boolean isVisibleAscii(String text) {
        return text.chars().allMatch(c -> c > 0x20 && c < 0x7F);
    }

    private static HostNames hostNames(SettingValues values, Setting setting) {
        List<String> names = values.list(setting);
        for (String name : names) {
            if (!HOST_RULE.matcher(name).matches()) {
                values.mistake(
                        setting,
                        "has an entry that is no host name: " + name,
                        "Write host names without scheme, port and path, or *. and a domain.");
                return HostNames.NONE;
            }
        }
        return new HostNames(names);
    }

    private static HostNames union(HostNames some, HostNames others) {
        return new HostNames(
                Stream.concat(some.names().stream(), others.names().stream()).toList());
    }

    /** What no client may be sent back to is not let in by its name either. */
    private static List<String> redirectSchemes(SettingValues values) {
        List<String> schemes = values.list(Setting.REDIRECT_SCHEMES).stream()
                .map(scheme -> scheme.toLowerCase(Locale.ROOT))
                .toList();
        for (String scheme : schemes) {
            if (scheme.indexOf(':') >= 0 || !new RedirectUris(List.of(scheme)).isRegistrable(scheme + "://x")) {
                values.mistake(
                        Setting.REDIRECT_SCHEMES,
                        "has an entry that is no scheme, or one that browsers or this server use themselves",
                        "Write names such as cursor, without a colon.");
                return List.of();
            }
        }
        return schemes;
    }

    private static @Nullable EgressProxy egressProxy(SettingValues values) {
        String text = values.textOrNull(Setting.EGRESS_PROXY);
        if (text == null) {
            return null;
        }
        var parts = HOST_AND_PORT.matcher(text);
        int port = parts.matches() ? Integer.parseInt(parts.group(2)) : 0;
        if (port < 1 || port > 65_535) {
            values.mistake(
                    Setting.EGRESS_PROXY,
                    "is not host:port",
                    "For example EGRESS_PROXY=" + Setting.EGRESS_PROXY.example());
            return null;
        }
        return new EgressProxy(parts.group(1), port);
    }
}
