package dev.portcullis.redis;

import dev.portcullis.store.StoreException;
import io.lettuce.core.api.StatefulConnection;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Servers that are asked the same question all the time, all at once, each on a connection that is kept. Who does not answer in time is left out. One thread.
 *
 * @param <C> the kind of connection
 */
final class Asked<C extends StatefulConnection<?, ?>> implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Asked.class.getName());

    private final Function<RedisAddress.Server, CompletionStage<C>> connect;
    private final int waitMillis;
    private final Map<RedisAddress.Server, CompletableFuture<C>> connections = new HashMap<>();

    Asked(Function<RedisAddress.Server, CompletionStage<C>> connect, int waitMillis) {
        this.connect = connect;
        this.waitMillis = waitMillis;
    }

    /**
     * Asks. Blocks until all have answered or the time is over.
     *
     * @throws StoreException none has
     */
    <T> Map<RedisAddress.Server, T> ask(
            Collection<RedisAddress.Server> servers, Function<C, CompletionStage<T>> question) {
        var answers = new LinkedHashMap<RedisAddress.Server, CompletableFuture<T>>();
        for (var server : servers) {
            var connection = connections.compute(
                    server, (key, before) -> before == null || isOver(before) ? connection(key) : before);
            answers.put(server, connection.thenCompose(question).toCompletableFuture());
        }
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
        var given = new LinkedHashMap<RedisAddress.Server, T>();
        List<Throwable> failures = new ArrayList<>();
        answers.forEach((server, answer) -> {
            try {
                given.put(server, answer.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS));
            } catch (ExecutionException | TimeoutException e) {
                LOG.log(Logger.Level.DEBUG, server + " does not answer", e);
                failures.add(e);
                forget(server);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        if (given.isEmpty()) {
            throw failures.isEmpty()
                    ? new StoreException("interrupted while Redis was looked for")
                    : Failures.explain(failures.getFirst());
        }
        return given;
    }

    private CompletableFuture<C> connection(RedisAddress.Server server) {
        return connect.apply(server).toCompletableFuture();
    }

    private static boolean isOver(CompletableFuture<? extends StatefulConnection<?, ?>> connection) {
        return connection.isCompletedExceptionally()
                || (connection.isDone() && !connection.join().isOpen());
    }

    /** Only those are asked from now on. */
    void keep(Collection<RedisAddress.Server> servers) {
        List.copyOf(connections.keySet()).stream()
                .filter(server -> !servers.contains(server))
                .forEach(this::forget);
    }

    private void forget(RedisAddress.Server server) {
        var connection = connections.remove(server);
        if (connection != null) {
            var _ = connection.thenCompose(C::closeAsync);
        }
    }

    @Override
    public void close() {
        keep(List.of());
    }
}
