package dev.portcullis.endpoint.oauth;

import static dev.portcullis.endpoint.oauth.GrantServer.SECRET;
import static dev.portcullis.endpoint.oauth.GrantServer.basic;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.store.RegisteredClient;
import dev.portcullis.store.RegisteredClient.AuthMethod;
import dev.portcullis.store.RegisteredClient.Kind;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * T-77: nobody locks out a client by naming it. All requests here come from one address, as all do behind a tunnel or a proxy: whoever guesses, and whoever
 * the client is.
 */
class LockoutTest {
    private static final int FAILURES_MAX = 5;
    private static final Map<String, String> NOTHING = Map.of("grant_type", "refresh_token");

    private GrantServer server;
    private RegisteredClient open;
    private RegisteredClient confidential;

    @BeforeEach
    void start() {
        var options = new GrantServer.Options();
        options.failuresMax = FAILURES_MAX;
        server = new GrantServer(options);
        open = server.publicClient();
        confidential =
                server.client("confidential", AuthMethod.CLIENT_SECRET_BASIC, Kind.PREREGISTERED, "refresh_token");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private int status(Map<String, String> form, String... headers) {
        return server.post("/token", form, headers).status();
    }

    private int statusWith(String secret) {
        return status(NOTHING, "Authorization", basic(confidential.id(), secret));
    }

    /** A client without a secret has none to guess, and its id is no secret either. */
    @Test
    void tokenWhenStrangersFailInTheNameOfAPublicClientThenItsPeopleGoOn() {
        var signedIn = server.signIn(open);
        for (int i = 0; i < 4 * FAILURES_MAX; i++) {
            assertThat(status(Map.of("grant_type", "refresh_token", "client_id", open.id(), "client_secret", "x" + i)))
                    .isIn(401, 429);
            assertThat(status(NOTHING, "Authorization", basic(open.id(), "x" + i)))
                    .isIn(401, 429);
        }

        assertThat(status(signedIn.form())).isEqualTo(200);
    }

    /** What was right before is no guess; every other secret still is. */
    @Test
    void tokenWhenOthersGuessThenAClientThatHasProvedItselfGoesOnAndTheyAreSlowedDown() {
        assertThat(statusWith(SECRET)).isEqualTo(400); // authenticated, and asks for nothing
        for (int i = 0; i < FAILURES_MAX; i++) {
            assertThat(statusWith("guess " + i)).isEqualTo(401);
        }

        assertThat(statusWith("another guess")).isEqualTo(429);
        assertThat(statusWith(SECRET)).isEqualTo(400);
        assertThat(statusWith("another guess"))
                .as("that counts for nobody else")
                .isEqualTo(429);
    }

    /** One client's secret is a guess in another's name. */
    @Test
    void tokenWhenSecretWasProvedByAnotherClientThenItIsAGuess() {
        var other = server.client("other", AuthMethod.CLIENT_SECRET_BASIC, Kind.PREREGISTERED, "refresh_token");
        assertThat(status(NOTHING, "Authorization", basic(other.id(), SECRET))).isEqualTo(400);
        for (int i = 0; i < FAILURES_MAX; i++) {
            assertThat(statusWith("guess " + i)).isEqualTo(401);
        }

        assertThat(statusWith(SECRET)).isEqualTo(429);
    }
}
