package dev.portcullis.oauth.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Randoms;
import dev.portcullis.crypto.TokenHash;
import dev.portcullis.identity.Principal;
import dev.portcullis.identity.Scopes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TokenTableTest {
    private static final long NOW = 1_000;

    private static VerifiedToken token(String grantId, long expiresAt) {
        var principal = new Principal(TokenFixture.ALICE, "client", grantId, Scopes.NONE);
        return new VerifiedToken(principal, List.of(), expiresAt, TokenHash.of(Randoms.bytes(32)));
    }

    @Test
    void putWhenFullThenNeverHoldsMoreAndSparesWhatIsRead() {
        var table = new TokenTable(100);
        var busy = new ArrayList<VerifiedToken>();
        for (int i = 0; i < 10; i++) {
            busy.add(token("busy", NOW + 60));
            table.put(busy.get(i), NOW * 1000);
        }
        for (int i = 0; i < 10_000; i++) {
            table.put(token("passing", NOW + 60), NOW * 1000);
            if (i % 20 == 0) {
                assertThat(busy)
                        .allSatisfy(one -> assertThat(table.get(one.hash())).isSameAs(one));
            }
        }
        assertThat(table.size()).isEqualTo(100);
    }

    @Test
    void putWhenFullThenWhatHasExpiredGoesThoughItIsRead() {
        var table = new TokenTable(2);
        VerifiedToken expired = token("a", NOW);
        VerifiedToken live = token("b", NOW + 1);
        table.put(expired, (NOW - 1) * 1000);
        table.put(live, (NOW - 1) * 1000);
        table.get(expired.hash());
        table.get(live.hash());

        table.put(token("c", NOW + 60), NOW * 1000);

        assertThat(table.get(expired.hash())).isNull();
        assertThat(table.get(live.hash())).isSameAs(live);
    }

    @Test
    void putWhenTableHoldsOneThenTheNewestStays() {
        var table = new TokenTable(1);
        for (int i = 0; i < 10; i++) {
            VerifiedToken token = token("g", NOW + 60);
            table.put(token, NOW * 1000);
            assertThat(table.get(token.hash())).isSameAs(token);
            assertThat(table.size()).isEqualTo(1);
        }
    }

    /** Against a plain map, over many random steps: the chains never lose or keep what they should not. */
    @Test
    void removeGrantWhenStepsAreRandomThenExactlyItsTokensGo() {
        var random = new Random(7);
        var table = new TokenTable(1_000_000);
        Map<TokenHash, VerifiedToken> model = new HashMap<>();
        var all = new ArrayList<VerifiedToken>();
        for (int step = 0; step < 20_000; step++) {
            switch (random.nextInt(10)) {
                case 0 -> {
                    String grant = "g" + random.nextInt(50);
                    table.removeGrant(grant);
                    model.values().removeIf(one -> one.principal().grantId().equals(grant));
                }
                case 1 -> {
                    if (!all.isEmpty()) {
                        TokenHash hash = all.get(random.nextInt(all.size())).hash();
                        table.remove(hash);
                        model.remove(hash);
                    }
                }
                default -> {
                    VerifiedToken token = token("g" + random.nextInt(50), NOW + 60);
                    table.put(token, NOW * 1000);
                    model.put(token.hash(), token);
                    all.add(token);
                }
            }
        }
        assertThat(table.size()).isEqualTo(model.size());
        assertThat(all).allSatisfy(one -> assertThat(table.get(one.hash())).isSameAs(model.get(one.hash())));
    }

    /** The same with evictions between: size, and nothing of a removed grant, hold throughout. */
    @Test
    void putWhenFullAndGrantsGoThenStaysWhole() {
        var random = new Random(11);
        var table = new TokenTable(64);
        var all = new ArrayList<VerifiedToken>();
        for (int step = 0; step < 20_000; step++) {
            if (random.nextInt(20) == 0) {
                String grant = "g" + random.nextInt(8);
                table.removeGrant(grant);
                assertThat(all.stream()
                                .filter(one -> one.principal().grantId().equals(grant))
                                .filter(one -> table.get(one.hash()) != null))
                        .isEmpty();
                all.removeIf(one -> one.principal().grantId().equals(grant));
            } else {
                VerifiedToken token = token("g" + random.nextInt(8), NOW + 60);
                table.put(token, NOW * 1000);
                all.add(token);
                table.get(all.get(random.nextInt(all.size())).hash());
            }
            assertThat(table.size()).isLessThanOrEqualTo(64);
        }
    }

    /** T-116: a clock set back makes the table forget, not remember longer. */
    @Test
    void bogusTableWhenTimeRunsOrTurnsBackThenForgets() {
        var table = new BogusTable(8, 5_000);
        TokenHash hash = TokenHash.of(Randoms.bytes(32));
        table.add(hash, 10_000);

        assertThat(table.contains(hash, 14_999)).isTrue();
        assertThat(table.contains(hash, 15_000)).isFalse();
        assertThat(table.contains(hash, 9_999)).isFalse();
        assertThat(table.contains(TokenHash.of(Randoms.bytes(32)), 10_000)).isFalse();
    }

    /** Two tokens of the same slot that come in turns are both known; a third one drives out the one that was taken first. */
    @Test
    void bogusTableWhenTokensShareASlotThenKeepsTheLastTwo() {
        var table = new BogusTable(2, 5_000);
        TokenHash one = TokenHash.of(Randoms.bytes(32));
        TokenHash two = TokenHash.of(Randoms.bytes(32));
        TokenHash three = TokenHash.of(Randoms.bytes(32));
        table.add(one, 10_000);
        table.add(two, 10_001);
        assertThat(table.contains(one, 10_002)).isTrue();
        assertThat(table.contains(two, 10_002)).isTrue();

        table.add(three, 10_002);
        assertThat(table.contains(one, 10_003)).isFalse();
        assertThat(table.contains(two, 10_003)).isTrue();
        assertThat(table.contains(three, 10_003)).isTrue();
    }
}
