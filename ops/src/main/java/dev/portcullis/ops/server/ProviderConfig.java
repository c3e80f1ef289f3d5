package dev.portcullis.ops.server;

import static dev.portcullis.ops.server.Setting.*;

import dev.portcullis.identity.ClientAuthentication;
import dev.portcullis.identity.OidcSettings;
import dev.portcullis.identity.Scopes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How the identity provider is spoken to, and how long its word counts (O-140).
 *
 * @param scopes asked for
 * @param algorithms signatures of ID tokens that are accepted
 * @param clientAuthentication how we authenticate at its token endpoint
 * @param clockSkewSeconds how far its clock and ours may differ
 * @param recheckSeconds how long its word counts at refreshes (O-99)
 */
public record ProviderConfig(
        Scopes scopes,
        Set<String> algorithms,
        ClientAuthentication clientAuthentication,
        int clockSkewSeconds,
        int recheckSeconds) {
    public ProviderConfig {
        algorithms = Set.copyOf(algorithms);
    }

    /** Reads and checks; mistakes go to {@code values}, what is allowed but should be known to {@code warnings}. */
    static ProviderConfig load(SettingValues values, List<String> warnings) {
        return new ProviderConfig(
                scopes(values),
                algorithms(values),
                clientAuthentication(values),
                values.number(CLOCK_SKEW_SECONDS),
                values.number(RECHECK_SECONDS));
    }

    private static Scopes scopes(SettingValues values) {
        try {
            var scopes = Scopes.parse(values.text(ACCESS_SCOPES));
            if (scopes.contains("openid")) {
                return scopes;
            }
            values.mistake(ACCESS_SCOPES, "lacks openid", "Add openid: without it there is no ID token.");
        } catch (IllegalArgumentException e) {
            values.mistake(
                    ACCESS_SCOPES,
                    "has a character that scopes cannot have",
                    "Separate scopes by spaces, for example " + ACCESS_SCOPES.example() + ".");
        }
        return OidcSettings.DEFAULT_SCOPES;
    }

    private static Set<String> algorithms(SettingValues values) {
        var algorithms = new LinkedHashSet<>(values.list(ACCESS_ALGORITHMS));
        if (!algorithms.isEmpty() && OidcSettings.KNOWN_ALGORITHMS.containsAll(algorithms)) {
            return algorithms;
        }
        values.mistake(
                ACCESS_ALGORITHMS,
                "names an algorithm that is not accepted",
                "Choose among RS256, PS256 and ES256, for example " + ACCESS_ALGORITHMS.example() + ".");
        return OidcSettings.DEFAULT_ALGORITHMS;
    }

    private static ClientAuthentication clientAuthentication(SettingValues values) {
        return switch (values.text(ACCESS_CLIENT_AUTHENTICATION)) {
            case "auto" -> ClientAuthentication.AUTOMATIC;
            case "basic" -> ClientAuthentication.BASIC;
            case "post" -> ClientAuthentication.POST;
            case "none" -> {
                if (values.isSet(ACCESS_CLIENT_SECRET)) {
                    values.mistake(
                            "ACCESS_CLIENT_SECRET is set although ACCESS_CLIENT_AUTHENTICATION=none.",
                            "Take the secret out, or set how it is sent: auto, basic or post.");
                }
                yield ClientAuthentication.NONE;
            }
            default -> {
                values.mistake(
                        ACCESS_CLIENT_AUTHENTICATION,
                        "is none of auto, basic, post and none",
                        "Take it out for auto; none is for applications with PKCE alone.");
                yield ClientAuthentication.AUTOMATIC;
            }
        };
    }
}
