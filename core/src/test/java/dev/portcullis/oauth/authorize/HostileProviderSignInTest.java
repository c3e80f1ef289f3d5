package dev.portcullis.oauth.authorize;

import static dev.portcullis.oauth.authorize.Fixture.NOW;
import static dev.portcullis.oauth.authorize.Fixture.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.identity.HostileProvider;
import dev.portcullis.identity.HostileProvider.Lie;
import dev.portcullis.identity.OidcProvider;
import dev.portcullis.oauth.authorize.AuthorizationStep.AskConsent;
import dev.portcullis.oauth.authorize.AuthorizationStep.Leave;
import dev.portcullis.oauth.browser.Callback;
import dev.portcullis.policy.RulePolicy;
import dev.portcullis.telemetry.Telemetry;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** O-144, T-84, from the client's request to its redirect: whatever the provider lies about, the client hears an error of ours and there is no grant. */
class HostileProviderSignInTest {
    private static final URI CALLBACK = URI.create(Fixture.ISSUER + "/callback");

    private static HostileProvider hostile;
    private static DocumentFetcher fetcher;
    private static OidcProvider provider;

    private final Fixture fixture = new Fixture();
    private final AuthorizationFlow flow = new AuthorizationFlow(
            SETTINGS,
            new MasterKey("an-example-key-of-at-least-32-characters"),
            fixture.store,
            fixture.clients(),
            provider,
            RulePolicy.openToAll(),
            Telemetry.NONE);

    @BeforeAll
    static void start() throws Exception {
        hostile = new HostileProvider();
        fetcher = new DocumentFetcher(FetchLimits.DEFAULT, new AddressGuard());
        provider = new OidcProvider(hostile.settings(CALLBACK), fetcher, InstantSource.system());
    }

    @AfterAll
    static void stop() {
        fetcher.close();
        hostile.close();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SLOW") // its deadline is tested where it can be short
    void signInWhenProviderLiesThenThereIsNoGrantAndElseExactlyOne(Lie lie) {
        var browser = new Fixture.Browser();
        var asked = (AskConsent) flow.begin(Fixture.request(), browser.secrets(), NOW);
        browser.keep(asked.secrets());
        var left =
                (Leave) flow.consented(new ConsentAnswer(asked.transaction(), true, false), browser.secrets(), NOW + 1);
        browser.keep(left.secrets());
        hostile.tell(lie);
        Map<String, String> back;
        try {
            Map<String, String> returned = hostile.authorize(URI.create(left.location()));
            var callback = new Callback(
                    returned.get("state"), returned.get("code"), returned.get("error"), returned.get("iss"));
            back = Fixture.query(((Leave) flow.complete(callback, browser.secrets(), NOW + 2)).location());
        } finally {
            hostile.tell(Lie.NONE);
        }

        assertThat(back).containsEntry("iss", Fixture.ISSUER).containsEntry("state", "client state");
        if (lie == Lie.NONE) {
            assertThat(back).containsKey("code").doesNotContainKey("error");
            assertThat(fixture.store.grants).hasSize(1);
        } else {
            assertThat(back).doesNotContainKey("code");
            assertThat(back.get("error"))
                    .isEqualTo(
                            switch (lie.kind()) {
                                case REFUSED -> "access_denied";
                                case INVALID -> "server_error";
                                case UNAVAILABLE -> "temporarily_unavailable";
                            });
            assertThat(back.getOrDefault("error_description", "")).doesNotContain("secret", "token");
            assertThat(fixture.store.grants).isEmpty();
            assertThat(fixture.store.codes).isEmpty();
        }
    }
}
