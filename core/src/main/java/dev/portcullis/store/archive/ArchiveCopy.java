package dev.portcullis.store.archive;

import dev.portcullis.store.StoreException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies all that is live from one store to another, such that it may be killed at any moment and run again. No server uses either meanwhile.
 *
 * <pre>
 *   target empty ──► marked ──(page, page, …: each with the mark of how far)──► all there ──► counted and sampled ──► mark taken away
 *                      ▲                    │ killed                                                │ differs: the mark stays
 *                      └── run, resuming ───┘
 * </pre>
 *
 * <p>A resumed copy goes on behind the mark if the source is at the version that the mark tells of. If it is not, or has no versions, the copy begins at the start,
 * leaves alone what stands in the target as in the source, replaces what does not, and removes what the source has no more.
 *
 * <p>Nothing that is copied is opened: tokens stay hashes, keys wrapped, properties sealed. One thread; blocks until it is through.
 */
public final class ArchiveCopy {
    /** What ends that soon is copied but not counted in the end: two stores need not drop it in the same moment. */
    private static final int MARGIN_SECONDS = 60;

    private static final int DIFFERENCES_MAX = 20;

    private final Archive source;
    private final String sourceName;
    private final WritableArchive target;
    private final Limits limits;
    private final InstantSource clock;
    private final Progress progress;

    /** @param sourceName how the operator calls the source, without secrets: a copy is resumed from the same only */
    public ArchiveCopy(
            Archive source,
            String sourceName,
            WritableArchive target,
            Limits limits,
            InstantSource clock,
            Progress progress) {
        this.source = source;
        this.sourceName = sourceName;
        this.target = target;
        this.limits = limits;
        this.clock = clock;
        this.progress = progress;
    }

    /** Looks whether a copy could begin, or go on; changes nothing. */
    public static Verdict look(Archive source, String sourceName, Archive target, long nowSeconds) {
        if (source.mark() != null) {
            return new Verdict.SourceIsNotWhole();
        }
        String text = target.mark();
        if (text != null) {
            String other = Mark.parse(text).source();
            return other.equals(sourceName) ? new Verdict.Unfinished() : new Verdict.OfOtherSource(other);
        }
        return isEmpty(target, nowSeconds) ? new Verdict.Empty() : new Verdict.NotEmpty();
    }

    private static boolean isEmpty(Archive archive, long nowSeconds) {
        String place = Archive.BEGINNING;
        while (place != null) {
            var page = archive.page(place, 1, nowSeconds);
            if (!page.entries().isEmpty()) {
                return false;
            }
            place = page.next();
        }
        return true;
    }

    /**
     * Copies, counts and compares.
     *
     * @param isResuming whether an unfinished copy is to be completed; if there is none, it makes no difference
     * @throws StoreException one of the stores cannot go on; what was copied stays, to be resumed
     */
    public Result run(boolean isResuming) {
        Verdict verdict = look(source, sourceName, target, now());
        return switch (verdict) {
            case Verdict.Empty() -> copied(begin(), false);
            case Verdict.Unfinished() -> isResuming ? resumed(mark()) : new Result.Refused(verdict);
            case Verdict.SourceIsNotWhole _, Verdict.OfOtherSource _, Verdict.NotEmpty _ -> new Result.Refused(verdict);
        };
    }

    private Mark mark() {
        String text = target.mark();
        if (text == null) {
            throw new StoreException("the mark of the unfinished copy has gone from the target");
        }
        return Mark.parse(text);
    }

    private Mark begin() {
        var mark = new Mark(sourceName, source.version(), Archive.BEGINNING, 0);
        target.put(List.of(), mark.text());
        return mark;
    }

    private Result resumed(Mark mark) {
        boolean isUnchanged = mark.version() != null && mark.version().equals(source.version());
        return isUnchanged ? copied(mark, false) : copied(begin(), true);
    }

    /** @param isComparing whether some of it may be in the target, or what is no more in the source */
    private Result copied(Mark from, boolean isComparing) {
        var put = putAll(from, isComparing);
        if (isComparing) {
            removeStrangers();
        }
        return verified(put);
    }

    /**
     * What was put.
     *
     * @param written by this run
     * @param all by this one and those before it
     */
    private record Put(long written, long all) {}

    private Put putAll(Mark from, boolean isComparing) {
        long all = source.estimate(now());
        long written = 0;
        Mark mark = from;
        String place = from.isAllPut() ? null : from.place();
        while (place != null) {
            var page = source.page(place, limits.pageEntries(), now());
            var entries = isComparing ? differing(page.entries()) : page.entries();
            mark = mark.at(page.next(), page.entries().size());
            target.put(entries, mark.text());
            written += entries.size();
            progress.copied(mark.entries(), all);
            place = page.next();
        }
        return new Put(written, mark.entries());
    }

    private List<Entry> differing(List<Entry> entries) {
        return entries.stream()
                .filter(entry -> !FieldComparison.differences(entry, target.find(entry, now()))
                        .isEmpty())
                .toList();
    }

    /** What an earlier run has copied and the source has lost since: revoked, most likely. */
    private void removeStrangers() {
        String place = Archive.BEGINNING;
        while (place != null) {
            var page = target.page(place, limits.pageEntries(), now());
            target.remove(page.entries().stream()
                    .filter(entry -> source.find(entry, now()) == null)
                    .toList());
            place = page.next();
        }
    }

    private Result verified(Put put) {
        progress.verifying();
        long after = now() + MARGIN_SECONDS;
        var sample = new Sample(Math.max(1, put.all() / limits.sampleEntries()), after);
        var expected = sample.walk();
        var found = Census.of(target, limits.pageEntries(), after);
        if (!expected.equals(found)) {
            sample.differences.addFirst("expected " + expected + ", found " + found);
        }
        if (!sample.differences.isEmpty()) {
            return new Result.Differs(List.copyOf(sample.differences));
        }
        target.finish();
        return new Result.Copied(expected, put.written(), sample.compared);
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }

    /** Walks through the source once more, counts, and compares each so-and-so-manieth entry with the target's. */
    private final class Sample {
        private final long every;
        private final long liveAfter;
        private final List<String> differences = new ArrayList<>();
        private long walked;
        private long compared;

        Sample(long every, long liveAfter) {
            this.every = every;
            this.liveAfter = liveAfter;
        }

        Census walk() {
            var census = Census.NOTHING;
            String place = Archive.BEGINNING;
            while (place != null) {
                var page = source.page(place, limits.pageEntries(), liveAfter);
                for (Entry entry : page.entries()) {
                    census = census.plus(entry);
                    if (walked++ % every == 0) {
                        compare(entry);
                    }
                }
                place = page.next();
            }
            return census;
        }

        private void compare(Entry entry) {
            compared++;
            FieldComparison.differences(entry, target.find(entry, liveAfter)).stream()
                    .limit(Math.max(0, DIFFERENCES_MAX - differences.size()))
                    .forEach(differences::add);
        }
    }

    /**
     * How much at once.
     *
     * @param pageEntries read, then written, in one step
     * @param sampleEntries compared field by field in the end, about
     */
    public record Limits(int pageEntries, int sampleEntries) {
        public static final Limits DEFAULT = new Limits(500, 2_000);

        public Limits {
            if (pageEntries < 1 || sampleEntries < 1) {
                throw new IllegalArgumentException("a limit of the copy is less than 1");
            }
        }
    }

    /** Hears how far the copy is. */
    public interface Progress {
        /** @param all about how many entries there are */
        void copied(long entries, long all);

        /** All is there; it is counted and compared now. */
        void verifying();
    }

    /** Whether there can be a copy. */
    public sealed interface Verdict {
        /** The target is empty: a copy may begin. */
        record Empty() implements Verdict {}

        /** The target is an unfinished copy of the same source, which can be resumed. */
        record Unfinished() implements Verdict {}

        /** The target is an unfinished copy of another source. */
        record OfOtherSource(String sourceName) implements Verdict {}

        /** The target holds something else. */
        record NotEmpty() implements Verdict {}

        /** The source is an unfinished copy itself. */
        record SourceIsNotWhole() implements Verdict {}
    }

    /** How it ended. */
    public sealed interface Result {
        /**
         * All is there.
         *
         * @param census what both stores hold
         * @param put entries that this run has written
         * @param compared entries that were compared field by field
         */
        record Copied(Census census, long put, long compared) implements Result {}

        /** Nothing was changed. */
        record Refused(Verdict verdict) implements Result {}

        /**
         * The target is not what the source is; the mark stays.
         *
         * @param differences names of fields, and counts; some of them
         */
        record Differs(List<String> differences) implements Result {}
    }
}
