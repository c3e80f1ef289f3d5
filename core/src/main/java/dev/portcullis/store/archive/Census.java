package dev.portcullis.store.archive;

/** How many there are of each kind. Immutable. */
public record Census(
        long grants,
        long codes,
        long accessTokens,
        long refreshTokens,
        long clients,
        long registrations,
        long spentIds,
        long pendingSignIns) {
    public static final Census NOTHING = new Census(0, 0, 0, 0, 0, 0, 0, 0);

    /** Walks through all of a store. Blocks for as long as that takes. */
    public static Census of(Archive archive, int pageEntries, long nowSeconds) {
        var census = NOTHING;
        String place = Archive.BEGINNING;
        while (place != null) {
            var page = archive.page(place, pageEntries, nowSeconds);
            for (Entry entry : page.entries()) {
                census = census.plus(entry);
            }
            place = page.next();
        }
        return census;
    }

    /** This and one more. */
    Census plus(Entry entry) {
        return switch (entry) {
            case Entry.OfGrant(var _, var codes, var access, var refresh) ->
                plus(new Census(1, codes.size(), access.size(), refresh.size(), 0, 0, 0, 0));
            case Entry.OfClient _ -> plus(new Census(0, 0, 0, 0, 1, 0, 0, 0));
            case Entry.OfRegistration _ -> plus(new Census(0, 0, 0, 0, 0, 1, 0, 0));
            case Entry.OfSpentId _ -> plus(new Census(0, 0, 0, 0, 0, 0, 1, 0));
            case Entry.OfPendingSignIn _ -> plus(new Census(0, 0, 0, 0, 0, 0, 0, 1));
        };
    }

    private Census plus(Census more) {
        return new Census(
                grants + more.grants,
                codes + more.codes,
                accessTokens + more.accessTokens,
                refreshTokens + more.refreshTokens,
                clients + more.clients,
                registrations + more.registrations,
                spentIds + more.spentIds,
                pendingSignIns + more.pendingSignIns);
    }

    /** @return grants with all they hold count as one */
    public long entries() {
        return grants + clients + registrations + spentIds + pendingSignIns;
    }
}
