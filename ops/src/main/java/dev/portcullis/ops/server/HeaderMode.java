package dev.portcullis.ops.server;

import static dev.portcullis.ops.server.Setting.ACCESS_AUDIENCE;
import static dev.portcullis.ops.server.Setting.ACCESS_SERVICE_TOKENS;
import static dev.portcullis.ops.server.Setting.ACCESS_TEAM_DOMAIN;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Access stands in front of us as a self-hosted application, and its word counts (O-153).
 *
 * @param team {@code https://<team>.cloudflareaccess.com}
 * @param audiences the application's AUD tag, or several
 * @param serviceTokens whether programs come in by service tokens
 */
public record HeaderMode(URI team, Set<String> audiences, boolean serviceTokens) {
    private static final String TEAMS = ".cloudflareaccess.com";

    public HeaderMode {
        audiences = Set.copyOf(audiences);
    }

    /** @return null if it is off, or wrong */
    static @Nullable HeaderMode load(SettingValues values, List<String> warnings) {
        boolean serviceTokens = values.isOn(ACCESS_SERVICE_TOKENS);
        String team = values.textOrNull(ACCESS_TEAM_DOMAIN);
        var audiences = new HashSet<>(values.list(ACCESS_AUDIENCE));
        if ((team == null) != audiences.isEmpty()) {
            values.mistake(
                    (team == null ? ACCESS_TEAM_DOMAIN : ACCESS_AUDIENCE) + " is not set although "
                            + (team == null ? ACCESS_AUDIENCE : ACCESS_TEAM_DOMAIN) + " is.",
                    "Set both, from the Access application's page, or neither.");
            return null;
        }
        if (team == null) {
            if (serviceTokens) {
                values.mistake(
                        ACCESS_SERVICE_TOKENS,
                        "has no effect without ACCESS_TEAM_DOMAIN and ACCESS_AUDIENCE",
                        "Set both, or take it out.");
            }
            return null;
        }
        var origin = origin(team);
        if (origin == null) {
            values.mistake(
                    ACCESS_TEAM_DOMAIN,
                    "is no team domain",
                    "Give the host that Zero Trust shows under Settings, for example " + ACCESS_TEAM_DOMAIN.example()
                            + ".");
            return null;
        }
        if (!values.isOn(Setting.AUTH)) {
            values.mistake(
                    ACCESS_TEAM_DOMAIN,
                    "has no effect with AUTH=off",
                    "Take one of the two out: with AUTH=off all may come in.");
        }
        warnings.add(
                "ACCESS_TEAM_DOMAIN: Access in front of the host name of PUBLIC_URL also stands before our own sign-in."
                        + " Leave Managed OAuth off in that application, which would answer in our place, and give /.well-known,"
                        + " /authorize, /callback, /token, /register and /revoke a Bypass policy, or let no client sign in here.");
        return new HeaderMode(origin, audiences, serviceTokens);
    }

    /** A team's name, its host, or its origin; http only on loopback, for tests. */
    private static @Nullable URI origin(String text) {
        String host = text.indexOf('.') < 0 && text.indexOf(':') < 0 ? text + TEAMS : text;
        var origin = Origins.parse(host.contains("://") ? host : "https://" + host);
        return origin != null && (origin.getScheme().equals("https") || Origins.isLoopback(origin)) ? origin : null;
    }
}
