package dev.portcullis.store.embedded;

import static dev.portcullis.store.GrantFixture.NOW;
import static dev.portcullis.store.GrantFixture.access;
import static dev.portcullis.store.GrantFixture.code;
import static dev.portcullis.store.GrantFixture.grant;
import static dev.portcullis.store.GrantFixture.pending;
import static dev.portcullis.store.GrantFixture.refresh;
import static dev.portcullis.store.GrantFixture.spent;

import dev.portcullis.store.embedded.EmbeddedGrantStore.Limits;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A process that works on a store until it is killed, and says every fact that the store has acknowledged: one line each, never before the call returned. */
final class StoreChild {
    static final long LATER = NOW + 3000;
    private static final int WORKERS = 6;

    private final EmbeddedGrantStore store;
    private final PrintStream out;
    private final AtomicLong turns = new AtomicLong();

    private StoreChild(EmbeddedGrantStore store, PrintStream out) {
        this.store = store;
        this.out = out;
    }

    public static void main(String[] arguments) throws IOException {
        var out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
        var store = EmbeddedGrantStore.openFile(Path.of(arguments[0]), Limits.DEFAULT);
        out.println("open");
        if (arguments[1].equals("hold")) {
            System.in.read(); // until the parent lets go
            return;
        }
        var child = new StoreChild(store, out);
        for (int i = 0; i < WORKERS; i++) {
            Thread.ofPlatform().start(child::work);
        }
    }

    /** Never returns. */
    private void work() {
        try {
            while (true) {
                signIn(turns.incrementAndGet());
            }
        } catch (RuntimeException e) {
            e.printStackTrace(System.err);
            System.exit(1);
        }
    }

    private void signIn(long turn) {
        var pending = pending(LATER);
        store.putPendingSignIn(pending, NOW);
        say("pending", pending.state());
        if (turn % 2 == 0) {
            say("taking", pending.state());
            store.takePendingSignIn(pending.state(), NOW);
            say("taken", pending.state());
        }

        var grant = grant("person-" + turn % 7, "client-" + turn);
        var code = code(grant);
        store.createGrant(grant, code, 100, NOW);
        say("granted", grant.id(), code.hash());
        var access = access(grant, LATER);
        var first = refresh(grant, 0, LATER);
        say("spending", grant.id(), code.hash());
        store.consumeCode(spent(code, LATER), access, first, NOW + 3600, NOW);
        say("spent", grant.id(), code.hash());
        say("access", grant.id(), access.hash());
        say("refresh", grant.id(), first.hash());

        var tokens = new ArrayList<>(List.of(first));
        for (int generation = 1; generation <= turn % 5; generation++) {
            var next = refresh(grant, generation, LATER);
            var another = access(grant, LATER);
            store.rotate(tokens.getLast().hash(), next, another, 60, NOW + 3600, NOW + 100L * generation);
            say("used", grant.id(), tokens.getLast().hash());
            say("refresh", grant.id(), next.hash());
            say("access", grant.id(), another.hash());
            tokens.add(next);
        }
        if (turn % 3 == 0) {
            say("revoking-access", grant.id(), access.hash());
            store.revokeAccessToken(access.grantId(), access.hash());
            say("revoked-access", grant.id(), access.hash());
        }
        if (turn % 4 == 0) {
            say("revoking", grant.id());
            store.revokeGrant(grant.id());
            say("revoked", grant.id());
        }
    }

    private void say(Object... words) {
        out.println(String.join(" ", Arrays.stream(words).map(Object::toString).toList()));
    }
}
