package dev.portcullis.store.archive;

import static dev.portcullis.store.GrantFixture.NOW;

import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Scopes;
import dev.portcullis.store.AccessToken;
import dev.portcullis.store.AuthorizationCode;
import dev.portcullis.store.Grant;
import dev.portcullis.store.GrantFixture;
import dev.portcullis.store.GrantStore;
import dev.portcullis.store.PendingSignIn;
import dev.portcullis.store.RefreshToken;
import dev.portcullis.store.RegisteredClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Operations drawn by chance, all of them decided before the first is done: the same list can be done to several stores, and what they answer compared. Grants come
 * with families of refresh tokens whose members are known beforehand. Time goes on by chance too.
 */
final class RandomContents {
    private static final int OVERLAP = 60;
    private static final int PEOPLE = 5;
    private static final int CLIENTS = 4;
    private static final int FAMILY = 8;

    private final Random random;
    private final List<Known> grants = new ArrayList<>();
    private final List<TokenHash> spentIds = new ArrayList<>();
    private final List<PendingSignIn> pending = new ArrayList<>();
    private final List<RegisteredClient> clients = new ArrayList<>();
    private final List<AccessToken> access = new ArrayList<>();
    private final List<Operation> operations = new ArrayList<>();
    private long now = NOW;

    /** A grant, its code and all that its family of refresh tokens can ever be. */
    private record Known(Grant grant, AuthorizationCode code, List<RefreshToken> family) {}

    /** @param run gives what the store answers */
    record Operation(String name, Function<GrantStore, @Nullable Object> run) {}

    RandomContents(long seed) {
        random = new Random(seed);
    }

    /** The time after the last operation that was drawn. */
    long now() {
        return now;
    }

    /** Draws operations that make contents. */
    List<Operation> making(int count) {
        return drawn(count, 10);
    }

    /** Draws operations most of which ask and use. */
    List<Operation> using(int count) {
        return drawn(count, 24);
    }

    /** Uses each of the youngest families up: an old token comes again when its overlap is over. */
    List<Operation> reusing() {
        operations.clear();
        long later = now + OVERLAP + 1;
        for (Known known : grants.subList(Math.max(0, grants.size() - 12), grants.size())) {
            consume(known, now, true);
            for (int generation = 0; generation < 4; generation++) {
                rotate(known, generation, now);
            }
            rotate(known, 0, later);
        }
        return List.copyOf(operations);
    }

    private List<Operation> drawn(int count, int kinds) {
        operations.clear();
        for (int i = 0; i < count; i++) {
            now += random.nextInt(8);
            draw(random.nextInt(kinds));
        }
        return List.copyOf(operations);
    }

    private void draw(int kind) {
        long at = now;
        switch (kind) {
            case 0, 1 -> createGrant(at);
            case 2, 3, 4 -> consumeCode(at);
            case 5, 6, 7, 8, 9 -> rotate(at);
            case 10 -> putPending(at);
            case 11 -> putClient(at);
            case 12 -> spendNew(at);
            case 13 -> revokeSome(at);
            case 14 -> spendKnown(at);
            case 15 -> askPending(at);
            case 16 -> askClients(at);
            case 17, 18, 19 -> askTokens(at);
            case 20 -> askPeople(at);
            case 21 -> check(at);
            case 22 -> consumeCode(at);
            default -> rotate(at);
        }
        // What making() leaves out otherwise.
        if (random.nextInt(3) == 0) {
            switch (random.nextInt(5)) {
                case 0 -> putPending(at);
                case 1 -> putClient(at);
                case 2 -> spendNew(at);
                case 3 -> check(at);
                default -> addAccess(at);
            }
        }
    }

    private void add(String name, Function<GrantStore, @Nullable Object> run) {
        operations.add(new Operation(name, run));
    }

    private static Object done(Runnable change) {
        change.run();
        return "done";
    }

    private void createGrant(long at) {
        Grant made =
                GrantFixture.grant("person-" + random.nextInt(PEOPLE), "client-" + random.nextInt(CLIENTS), at, at);
        Grant grant = new Grant(
                made.id(),
                made.client(),
                made.redirectUri(),
                made.subjectKey(),
                made.scopes(),
                made.resources(),
                made.sealedProps(),
                at,
                at,
                at + 500 + random.nextInt(4_000),
                at + 9_000);
        AuthorizationCode code = new AuthorizationCode(
                GrantFixture.newHash(),
                grant.id(),
                "challenge",
                new byte[] {(byte) random.nextInt(), 2, 3},
                at + 60,
                false,
                random.nextBoolean() ? null : GrantFixture.newHash());
        var family = new ArrayList<RefreshToken>();
        for (int generation = 0; generation < FAMILY; generation++) {
            family.add(GrantFixture.refresh(grant, generation, at + 2_000 + 500L * generation)
                    .heldBy(code.boundTo()));
        }
        grants.add(new Known(grant, code, family));
        add("createGrant", store -> store.createGrant(grant, code, 6, at));
    }

    private @Nullable Known someGrant() {
        return grants.isEmpty() ? null : grants.get(grants.size() - 1 - random.nextInt(Math.min(12, grants.size())));
    }

    private AccessToken newAccess(Grant grant) {
        AccessToken token = GrantFixture.access(grant, now + 30 + random.nextInt(900));
        if (random.nextInt(4) == 0) {
            token = new AccessToken(
                            token.hash(),
                            grant.id(),
                            Scopes.of("images"),
                            List.of("http://localhost:8788/mcp"),
                            token.wrappedKey(),
                            token.expiresAt(),
                            GrantFixture.newHash(),
                            null,
                            now)
                    .issuedTo("another client");
        }
        access.add(token);
        return token;
    }

    private void consumeCode(long at) {
        Known known = someGrant();
        if (known != null) {
            consume(known, at, random.nextInt(5) > 0);
        }
    }

    private void consume(Known known, long at, boolean hasRefresh) {
        AuthorizationCode spent = known.code.spentUntil(at + 600);
        AccessToken token = newAccess(known.grant);
        add(
                "consumeCode",
                store -> store.consumeCode(spent, token, hasRefresh ? known.family.getFirst() : null, at + 3_000, at));
    }

    private void rotate(long at) {
        Known known = someGrant();
        if (known != null) {
            // Mostly the youngest of what a client may have: else most grants end by reuse.
            rotate(known, random.nextInt(4) == 0 ? random.nextInt(4) : random.nextInt(2), at);
        }
    }

    private void rotate(Known known, int generation, long at) {
        RefreshToken presented = known.family.get(generation);
        RefreshToken successor = known.family.get(generation + 1);
        AccessToken token = newAccess(known.grant);
        add("rotate " + generation, store -> store.rotate(presented.hash(), successor, token, OVERLAP, at + 3_000, at));
    }

    private void addAccess(long at) {
        Known known = someGrant();
        if (known != null) {
            AccessToken token = newAccess(known.grant);
            add("addAccessToken", store -> store.addAccessToken(token, at));
        }
    }

    private void putPending(long at) {
        PendingSignIn made = GrantFixture.pending(now + 1 + random.nextInt(600));
        pending.add(made);
        add("putPendingSignIn", store -> done(() -> store.putPendingSignIn(made, at)));
    }

    private void putClient(long at) {
        boolean isRegistration = random.nextBoolean();
        String id = isRegistration ? "registered-" + clients.size() : "client-" + random.nextInt(3 * CLIENTS);
        RegisteredClient client = GrantFixture.client(id);
        long end = at + 1 + random.nextInt(1_000);
        clients.add(client);
        add(
                "putClient",
                store -> isRegistration
                        ? store.putRegistration(client, 6, end, at)
                        : done(() -> store.putClient(client, end, at)));
    }

    private void spendNew(long at) {
        TokenHash id = GrantFixture.newHash();
        long end = at + 1 + random.nextInt(2_000);
        spentIds.add(id);
        add("spendOnce", store -> store.spendOnce(id, end, at));
    }

    private void spendKnown(long at) {
        if (!spentIds.isEmpty()) {
            TokenHash id = spentIds.get(random.nextInt(spentIds.size()));
            add("spendOnce again", store -> store.spendOnce(id, at + 100, at));
        }
    }

    /** Whether something that has ended was still there to be revoked, no store needs to say. */
    private void revokeSome(long at) {
        Known known = someGrant();
        if (known != null && random.nextInt(3) == 0) {
            add(
                    "revokeGrant",
                    store -> store.grant(known.grant.id(), at) != null && store.revokeGrant(known.grant.id()));
        }
        if (!access.isEmpty()) {
            AccessToken token = access.get(random.nextInt(access.size()));
            add(
                    "revokeAccessToken",
                    store -> store.accessToken(token.grantId(), token.hash(), at) != null
                            && store.revokeAccessToken(token.grantId(), token.hash()));
        }
    }

    private void askPending(long at) {
        if (!pending.isEmpty()) {
            TokenHash state = pending.get(random.nextInt(pending.size())).state();
            boolean isTaken = random.nextBoolean();
            add(
                    "pendingSignIn",
                    store -> isTaken ? store.takePendingSignIn(state, at) : store.pendingSignIn(state, at));
        }
    }

    private void askClients(long at) {
        String id = random.nextBoolean()
                ? "client-" + random.nextInt(3 * CLIENTS)
                : "registered-" + random.nextInt(Math.max(1, clients.size()));
        add("client", store -> store.client(id, at));
        add("clientCount", store -> store.clientCount(at));
    }

    private void askTokens(long at) {
        Known known = someGrant();
        if (known != null) {
            TokenHash refresh = known.family.get(random.nextInt(FAMILY)).hash();
            add("grant", store -> store.grant(known.grant.id(), at));
            add("code", store -> store.code(known.grant.id(), known.code.hash(), at));
            add("refreshToken", store -> store.refreshToken(known.grant.id(), refresh, at));
        }
        if (!access.isEmpty()) {
            AccessToken token = access.get(random.nextInt(access.size()));
            add("accessToken", store -> store.accessToken(token.grantId(), token.hash(), at));
        }
    }

    private void askPeople(long at) {
        String person = "person-" + random.nextInt(PEOPLE);
        String client = "client-" + random.nextInt(CLIENTS);
        add("grantsOf", store -> store.grantsOf(person, at));
        add("grantsOfClient", store -> store.grantsOfClient(client, at));
    }

    private void check(long at) {
        Known known = someGrant();
        if (known != null) {
            String id = known.grant.id();
            boolean isAnswered = random.nextBoolean();
            byte[] props = new byte[] {1, 2, (byte) random.nextInt()};
            add("claimCheck", store -> store.claimCheck(id, at + 60, at));
            add(
                    "putChecked",
                    store -> isAnswered
                            ? store.putChecked(id, props, false, at, at)
                            : done(() -> store.releaseCheck(id)));
        }
    }
}
