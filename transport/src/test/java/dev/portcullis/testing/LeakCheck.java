package dev.portcullis.testing;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test class after which a buffer was found that nobody had released (T-111). Found by every test run: see {@code META-INF/services}. */
public final class LeakCheck implements AfterAllCallback {
    private static final int COLLECTIONS = 3;
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    static {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // the only method that must be there
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long max) {
                return new Recording<>(resource, 1);
            }
        });
    }

    @Override
    public void afterAll(ExtensionContext context) {
        String leaks = found();
        if (!leaks.isEmpty()) {
            throw new AssertionError("buffers were leaked: " + leaks);
        }
    }

    /** Looks for leaks, and forgets them. */
    static String found() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            ByteBufAllocator.DEFAULT.buffer(1).release(); // a new buffer makes the detector look at what was collected
        }
        var all = new StringBuilder();
        for (String leak = LEAKS.poll(); leak != null; leak = LEAKS.poll()) {
            all.append(leak).append('\n');
        }
        return all.toString();
    }

    private static final class Recording<T> extends ResourceLeakDetector<T> {
        @SuppressWarnings(
                "deprecation") // the constructors that are not read the level from the detector being replaced
        Recording(Class<T> resource, int interval) {
            super(resource, interval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String type, String records) {
            LEAKS.add(type + records);
        }

        @Override
        protected void reportUntracedLeak(String type) {
            LEAKS.add(type);
        }
    }
}
