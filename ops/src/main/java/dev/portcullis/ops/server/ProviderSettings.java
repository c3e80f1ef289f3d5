package dev.portcullis.ops.server;

import static dev.portcullis.ops.server.Setting.*;

import dev.portcullis.ops.server.ServerConfig.Endpoints;
import dev.portcullis.ops.server.ServerConfig.SignInBy;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who signs people in, by the {@code ACCESS_*} settings: all of them, {@code ACCESS_ISSUER} standing for the three URLs (O-150), or none of them and only this machine
 * around, for the local stand-in.
 */
final class ProviderSettings {
    private static final List<Setting> ALL = List.of(
            ACCESS_CLIENT_ID,
            ACCESS_CLIENT_SECRET,
            ACCESS_AUTHORIZATION_URL,
            ACCESS_TOKEN_URL,
            ACCESS_JWKS_URL,
            ACCESS_ISSUER);
    private static final List<Setting> URLS = List.of(ACCESS_AUTHORIZATION_URL, ACCESS_TOKEN_URL, ACCESS_JWKS_URL);

    /** Stands in for an issuer that is a mistake, so that reading goes on to the next one; nothing is started with it. */
    private static final URI NOWHERE = URI.create("https://issuer.invalid");

    private final SettingValues values;
    private final boolean isLocal;
    private final boolean isStandInAllowed;

    /** @param isStandInAllowed whether every address is loopback */
    ProviderSettings(SettingValues values, boolean isLocal, boolean isStandInAllowed) {
        this.values = values;
        this.isLocal = isLocal;
        this.isStandInAllowed = isStandInAllowed;
    }

    SignInBy signInBy() {
        if (ALL.stream().anyMatch(values::isSet)) {
            return access();
        }
        if (!isStandInAllowed) {
            values.mistake(
                    "No ACCESS_* is set, and the local stand-in for Access serves only this machine.",
                    "Set ACCESS_CLIENT_ID, ACCESS_CLIENT_SECRET and either ACCESS_AUTHORIZATION_URL, ACCESS_TOKEN_URL and"
                            + " ACCESS_JWKS_URL or ACCESS_ISSUER; or make HOST, PUBLIC_URL and MANAGEMENT_HOST loopback.");
        }
        return new SignInBy.LocalStandIn(values.number(DEV_IDP_PORT));
    }

    private SignInBy access() {
        var missing = missing();
        if (!missing.isEmpty()) {
            var present = ALL.stream().filter(values::isSet).map(Setting::name).toList();
            values.mistake(
                    String.join(", ", missing) + (missing.size() == 1 ? " is" : " are") + " not set although "
                            + String.join(", ", present) + (present.size() == 1 ? " is." : " are."),
                    "Set what is missing, from the page of the Access for SaaS application (ACCESS_ISSUER alone can stand"
                            + " for the three URLs); or take all ACCESS_* out to use the local stand-in.");
        }
        var authorization = url(ACCESS_AUTHORIZATION_URL);
        var token = url(ACCESS_TOKEN_URL);
        var jwks = url(ACCESS_JWKS_URL);
        var issuer = url(ACCESS_ISSUER);
        var endpoints = authorization == null || token == null || jwks == null
                ? null
                : new Endpoints(authorization, token, jwks);
        if (issuer == null && endpoints != null && !values.isSet(ACCESS_ISSUER)) {
            issuer = issuerAbove(endpoints);
        }
        return new SignInBy.Access(
                values.text(ACCESS_CLIENT_ID),
                values.isSet(ACCESS_CLIENT_SECRET) ? new Secret(values.text(ACCESS_CLIENT_SECRET)) : null,
                issuer == null ? NOWHERE : issuer,
                endpoints);
    }

    /** With the issuer alone the URLs are discovered; with one URL all three must be there. Only applications with PKCE alone have no secret. */
    private List<String> missing() {
        var missing = new ArrayList<String>();
        if (!values.isSet(ACCESS_CLIENT_ID)) {
            missing.add(ACCESS_CLIENT_ID.name());
        }
        if (!values.isSet(ACCESS_CLIENT_SECRET)
                && !values.text(ACCESS_CLIENT_AUTHENTICATION).equals("none")) {
            missing.add(ACCESS_CLIENT_SECRET.name());
        }
        if (!values.isSet(ACCESS_ISSUER) || URLS.stream().anyMatch(values::isSet)) {
            URLS.stream().filter(url -> !values.isSet(url)).map(Setting::name).forEach(missing::add);
        }
        return missing;
    }

    private @Nullable URI url(Setting setting) {
        String text = values.textOrNull(setting);
        if (text == null) {
            return null;
        }
        var url = Origins.parseUrl(text, isLocal);
        if (url == null) {
            values.mistake(
                    setting,
                    "is no https URL without user, query and fragment",
                    "Copy it from the application's page, for example " + setting.example() + ".");
        }
        return url;
    }

    /** Access puts its endpoints right below the issuer (O-150): what the three have in common is the issuer. */
    private @Nullable URI issuerAbove(Endpoints endpoints) {
        String above = parentOf(endpoints.authorization());
        if (above.equals(parentOf(endpoints.token())) && above.equals(parentOf(endpoints.jwks()))) {
            return URI.create(above);
        }
        values.mistake(
                "ACCESS_ISSUER is not set, and cannot be derived since ACCESS_AUTHORIZATION_URL, ACCESS_TOKEN_URL and"
                        + " ACCESS_JWKS_URL are not in one folder.",
                "Set ACCESS_ISSUER to the iss of the provider's ID tokens.");
        return null;
    }

    private static String parentOf(URI url) {
        String text = url.toString();
        return text.substring(0, text.lastIndexOf('/'));
    }
}
