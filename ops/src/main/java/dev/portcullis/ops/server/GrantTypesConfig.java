package dev.portcullis.ops.server;

import dev.portcullis.identity.TrustedIssuer;
import dev.portcullis.oauth.OAuthSettings.Dpop;
import dev.portcullis.oauth.OAuthSettings.Offered;
import java.util.List;
import java.util.Set;

/**
 * The optional grants (O §9), introspection and DPoP: each off unless it is switched on.
 *
 * @param introspectors clients that may ask about every token
 * @param assertionIssuers whose identity assertions are taken; none while that is off
 * @param clientFailuresMax of a client from one address, at once (O-84)
 * @param proofsMax used proofs that this process remembers
 */
public record GrantTypesConfig(
        boolean isIntrospectionOn,
        Set<String> introspectors,
        boolean isTokenExchangeOn,
        boolean areAssertionsOn,
        List<TrustedIssuer> assertionIssuers,
        boolean areClientCredentialsOn,
        Dpop dpop,
        boolean isProofNonceWanted,
        int clientFailuresMax,
        int proofsMax) {
    public GrantTypesConfig {
        introspectors = Set.copyOf(introspectors);
        assertionIssuers = List.copyOf(assertionIssuers);
    }

    /** Reads and checks; mistakes go to {@code values}, what is allowed but should be known to {@code warnings}. */
    static GrantTypesConfig load(SettingValues values, List<String> warnings) {
        boolean areAssertionsOn = values.isOn(Setting.IDENTITY_ASSERTIONS);
        List<TrustedIssuer> issuers = new AssertionIssuersSection(values).read();
        if (areAssertionsOn && values.section(AssertionIssuersSection.NAME) == null) {
            values.mistake(
                    Setting.IDENTITY_ASSERTIONS,
                    "needs somebody to believe",
                    "Name the issuers in the section " + AssertionIssuersSection.NAME + " of portcullis.yaml.");
        }
        if (!areAssertionsOn && !issuers.isEmpty()) {
            warnings.add(AssertionIssuersSection.NAME + " has no effect while IDENTITY_ASSERTIONS is off.");
        }
        if (!values.isOn(Setting.INTROSPECTION)
                && !values.list(Setting.INTROSPECTION_CLIENTS).isEmpty()) {
            warnings.add("INTROSPECTION_CLIENTS has no effect while INTROSPECTION is off.");
        }
        Dpop dpop = dpop(values);
        if (dpop == Dpop.OFF && values.isOn(Setting.DPOP_NONCE)) {
            warnings.add("DPOP_NONCE has no effect while DPOP is off.");
        }
        return new GrantTypesConfig(
                values.isOn(Setting.INTROSPECTION),
                Set.copyOf(values.list(Setting.INTROSPECTION_CLIENTS)),
                values.isOn(Setting.TOKEN_EXCHANGE),
                areAssertionsOn,
                areAssertionsOn ? issuers : List.of(),
                values.isOn(Setting.CLIENT_CREDENTIALS),
                dpop,
                values.isOn(Setting.DPOP_NONCE),
                values.number(Setting.CLIENT_FAILURES_MAX),
                values.number(Setting.DPOP_PROOFS_MAX));
    }

    private static Dpop dpop(SettingValues values) {
        return switch (values.text(Setting.DPOP)) {
            case "off" -> Dpop.OFF;
            case "on" -> Dpop.ON;
            case "required" -> Dpop.REQUIRED;
            default -> {
                values.mistake(Setting.DPOP, "is neither off, on nor required", "Set DPOP=on, for example.");
                yield Dpop.OFF;
            }
        };
    }

    /** @return {@code others}, and of these what is on */
    Offered addTo(Offered others) {
        return new Offered(
                others.registration(),
                others.clientDocuments(),
                isIntrospectionOn,
                isTokenExchangeOn,
                areAssertionsOn,
                areClientCredentialsOn,
                dpop);
    }
}
