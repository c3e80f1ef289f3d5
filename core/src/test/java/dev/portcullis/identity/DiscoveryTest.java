package dev.portcullis.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.fetch.AddressGuard;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.FetchLimits;
import dev.portcullis.fetch.LocalServer;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** O-141. */
@Timeout(60)
class DiscoveryTest {
    private static final URI CALLBACK = URI.create("https://mcp.example.com/callback");

    private final SettableClock clock = new SettableClock();
    private final DocumentFetcher fetcher = new DocumentFetcher(FetchLimits.DEFAULT, new AddressGuard());
    private LocalServer server;
    private Discovery discovery;
    private String honest;

    @BeforeEach
    void start() throws Exception {
        server = new LocalServer(LocalServer.json("{}"));
        String issuer = server.uri("/tenant/").toString();
        honest = ("{'issuer':'ISSUER','authorization_endpoint':'https://a.example/authorize?x=1',"
                        + "'token_endpoint':'https://t.example/token','jwks_uri':'https://k.example/jwks'}")
                .replace("ISSUER", issuer)
                .replace('\'', '"');
        server.answers(LocalServer.json(honest));
        var settings = OidcSettings.of(issuer, null, "client", "secret", CALLBACK);
        discovery = new Discovery(settings, fetcher, clock);
    }

    @AfterEach
    void stop() {
        fetcher.close();
        server.close();
    }

    @Test
    void metadataIsFetchedOnceADayFromBelowTheIssuer() throws Exception {
        ProviderMetadata metadata = discovery.metadata();
        assertThat(metadata.endpoints().authorization()).hasToString("https://a.example/authorize?x=1");
        assertThat(metadata.clientAuthentication()).isEqualTo(ClientAuthentication.BASIC);
        assertThat(metadata.promisesIssuer()).isFalse();
        discovery.metadata();
        assertThat(server.asked()).hasSize(1);
        assertThat(server.asked().getFirst().uri()).hasToString("/tenant/.well-known/openid-configuration");
        clock.advance(86_400);
        discovery.metadata();
        assertThat(server.asked()).hasSize(2);
    }

    @Test
    void metadataWhenProviderFailsThenIsKept() throws Exception {
        discovery.metadata();
        server.answers(LocalServer.of(503, "application/json", "{}"));
        clock.advance(86_400);
        assertThat(discovery.metadata().endpoints().token()).hasToString("https://t.example/token");
        clock.advance(86_400);
        assertThatThrownBy(discovery::metadata).isInstanceOf(IdentityException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/tenant/\",/tenant\",names the issuer",
        "\"issuer\",\"x\",names the issuer (absent)",
        "authorization_endpoint,x,lacks authorization_endpoint",
        "token_endpoint,x,lacks token_endpoint",
        "jwks_uri,x,lacks jwks_uri",
        "https://t.example,http://t.example,neither https nor http on loopback",
        "https://a.example,javascript:alert,neither https nor http on loopback",
        "https://k.example,https://user@k.example,neither https nor http on loopback",
        "https://t.example/token,https://t.example/ token,is no URL",
        "{,[,is not a JSON object",
    })
    void metadataWhenDocumentDoesNotHoldThenFails(String part, String replacement, String reason) {
        assertThat(honest).contains(part);
        server.answers(LocalServer.json(honest.replace(part, replacement)));
        assertThatThrownBy(discovery::metadata)
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource({"client_secret_post,POST", "client_secret_basic,BASIC", "private_key_jwt,"})
    void metadataTellsHowToAuthenticate(String offered, ClientAuthentication expected) throws Exception {
        server.answers(LocalServer.json(honest.replaceFirst(
                "\\{",
                "{\"token_endpoint_auth_methods_supported\":[\"" + offered
                        + "\"],\"authorization_response_iss_parameter_supported\":true,")));
        assertThat(discovery.metadata().clientAuthentication()).isEqualTo(expected);
        assertThat(discovery.metadata().promisesIssuer()).isTrue();
    }

    @Test
    void metadataWhenEndpointsAreConfiguredThenNothingIsFetched() throws Exception {
        var endpoints = new OidcSettings.Endpoints(server.uri("/a"), server.uri("/t"), server.uri("/k"));
        var settings = OidcSettings.of("https://idp.example", endpoints, "client", "secret", CALLBACK);
        assertThat(new Discovery(settings, fetcher, clock).metadata().endpoints())
                .isEqualTo(endpoints);
        assertThat(server.asked()).isEmpty();
    }
}
