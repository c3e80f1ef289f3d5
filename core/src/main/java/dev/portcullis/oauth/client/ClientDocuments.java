package dev.portcullis.oauth.client;

import dev.portcullis.fetch.DocumentTable;
import dev.portcullis.fetch.DocumentTable.Answer;
import dev.portcullis.fetch.FetchException;
import dev.portcullis.fetch.InvalidDocumentException;
import dev.portcullis.fetch.StrangersDocuments;
import dev.portcullis.identity.VerificationKeys;
import dev.portcullis.oauth.OAuthSettings;
import dev.portcullis.store.RegisteredClient;
import dev.portcullis.telemetry.AuditEvent;
import dev.portcullis.telemetry.AuditEvent.What;
import dev.portcullis.telemetry.Telemetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What clients keep at addresses of their own: client ID metadata documents, whose address is the {@code client_id} (O-121…O-126), and JWK sets ({@code jwks_uri}).
 * Fetched when needed, kept as long as their hosts say, in tables that are bounded whatever strangers ask for. Any thread; blocks while a document is fetched.
 */
public final class ClientDocuments {
    private static final Logger LOG = System.getLogger(ClientDocuments.class.getName());

    private final StrangersDocuments documents;
    private final boolean describeClients;
    private final DocumentTable<RegisteredClient> clients;
    private final DocumentTable<VerificationKeys> keySets;
    private final Telemetry telemetry;

    /**
     * @param secondsMax longest life of a copy, and how long one stands in for a host that cannot be reached
     * @param tableBytesMax what is kept of documents, and of key sets, each
     */
    public record Limits(int secondsMax, long tableBytesMax) {
        /** 24 h (O-109), 16 MiB. */
        public static final Limits DEFAULT = new Limits(86_400, 16L << 20);
    }

    public ClientDocuments(
            OAuthSettings settings,
            StrangersDocuments documents,
            Limits limits,
            InstantSource clock,
            Telemetry telemetry) {
        this.documents = documents;
        this.describeClients = settings.offered().clientDocuments();
        this.telemetry = telemetry;
        var parser = new MetadataDocumentParser(new RedirectUris(settings.customSchemes()));
        var lives = DocumentTable.Lives.DEFAULT.max(limits.secondsMax());
        this.clients = new DocumentTable<>(
                documents,
                (address, body) -> parser.parse(address, body, clock.instant().getEpochSecond()),
                lives,
                limits.tableBytesMax(),
                this::report,
                clock);
        this.keySets = new DocumentTable<>(
                documents, ClientDocuments::keySet, lives, limits.tableBytesMax(), this::report, clock);
    }

    /** Whether this id means a document and not a registration: https, or http to a server of this machine that the operator has named. */
    boolean isDocument(String clientId) {
        return ClientAddresses.isDocument(clientId)
                || (ClientAddresses.isDocumentAddress(clientId) && documents.isAllowedByName(URI.create(clientId)));
    }

    /** @param clientId one that {@link #isDocument} */
    FoundClient find(String clientId) {
        if (!describeClients || !ClientAddresses.isDocumentAddress(clientId)) {
            return new FoundClient.Unknown();
        }
        return switch (clients.get(clientId)) {
            case Answer.Had<RegisteredClient>(RegisteredClient client) -> new FoundClient.Known(client);
            case Answer.Invalid<RegisteredClient> _ -> new FoundClient.Unknown();
            case Answer.Unavailable<RegisteredClient> _ -> new FoundClient.Unavailable();
        };
    }

    /**
     * The keys at a {@code jwks_uri} (O-146).
     *
     * @param kid fetched again if no key has this id, at most once in 30 s; null: any keys will do
     * @return null if there is no usable set; Unavailable is thrown
     * @throws KeysUnavailable they cannot be had now
     */
    @Nullable
    VerificationKeys keysAt(String address, @Nullable String kid) throws KeysUnavailable {
        Answer<VerificationKeys> answer = keySets.get(address);
        if (kid != null
                && answer instanceof Answer.Had<VerificationKeys>(VerificationKeys keys)
                && !keys.contains(kid)) {
            answer = keySets.refetch(address);
        }
        return switch (answer) {
            case Answer.Had<VerificationKeys>(VerificationKeys keys) -> keys;
            case Answer.Invalid<VerificationKeys> _ -> null;
            case Answer.Unavailable<VerificationKeys> _ -> throw new KeysUnavailable();
        };
    }

    private static VerificationKeys keySet(String address, byte[] body) throws InvalidDocumentException {
        VerificationKeys keys = VerificationKeys.parse(body);
        if (keys == null) {
            throw new InvalidDocumentException("not a JWK set, or one of too many keys");
        }
        return keys;
    }

    /** One line and one event a fetch, not a request: how many there are is bounded by the limits of fetching. */
    private <T> void report(String address, Answer<T> answer) {
        var event = AuditEvent.of(What.CLIENT_DOCUMENT).client(address);
        switch (answer) {
            case Answer.Had<T> _ -> telemetry.audit(event);
            case Answer.Invalid<T>(String flaw) -> {
                LOG.log(Level.DEBUG, "a document of a client does not hold: {0}", flaw);
                telemetry.audit(event.failed(flaw));
            }
            case Answer.Unavailable<T>(FetchException.Reason reason) -> {
                LOG.log(Level.DEBUG, "a document of a client cannot be had: {0}", reason);
                telemetry.audit(event.failed("it cannot be fetched: " + reason));
            }
        }
    }

    /** The keys of a client cannot be had now, so nothing can be said of what it signed. */
    static final class KeysUnavailable extends Exception {
        private static final long serialVersionUID = 1;

        KeysUnavailable() {
            super("the client's keys cannot be fetched", null, false, false);
        }
    }
}
