package dev.portcullis.benchmarks.load;

import dev.portcullis.mcp.model.LogLevel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * All that begins and ends with a client, again and again by threads of its own: a sign-in, a refresh, a session; streams opened and dropped; calls that are cancelled
 * while they run; questions that nobody answers; the end of the session, and the revocation. The server is {@link LingeringTools}.
 */
final class Lives implements AutoCloseable {
    static final int AT_A_TIME = 4;

    private static final int LISTENING = 50;
    private static final int CANCELLED = 3;
    private static final String CAN_BE_ASKED = "{\"elicitation\":{\"form\":{}}}";
    private static final String NO_ARGUMENTS = "{}";
    private static final int FIRST_ID = 100;

    private final Subject server;
    private final Tokens client;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<Long>> running = new ArrayList<>();
    private volatile boolean ending;

    Lives(Subject server, Tokens client) {
        this.server = server;
        this.client = client;
        for (int i = 0; i < AT_A_TIME; i++) {
            String email = "person-" + i + "@example.com";
            running.add(workers.submit(() -> live(email)));
        }
    }

    private Long live(String email) throws InterruptedException {
        long lives = 0;
        while (!ending) {
            var token = client.refresh(client.signIn(email));
            String access = token.access();
            var call = McpRequests.call(access, "add", McpRequests.TWO_AND_THREE);
            answer(call, 200, "\"text\":\"5\"");
            String session = McpRequests.openSession(server.uri(), access, CAN_BE_ASKED);
            try (var streams = new HeldStreams(server.uri(), "\r\n\r\n")) {
                streams.open(Collections.nCopies(LISTENING, McpRequests.listen(access)), "acknowledged");
                streams.open(List.of(McpRequests.stream(access, session)));
                cancel(streams, access, session);
                ask(streams, access, session);
            }
            answer(McpRequests.end(access, session), 204, "");
            answer(client.revoking(token.refresh()), 200, "");
            answer(call, 401, "");
            lives++;
        }
        return lives;
    }

    /** In a session they are told; where there are none, it is enough that the connection ends, as all of these do. */
    private void cancel(HeldStreams streams, String access, String session) throws InterruptedException {
        streams.open(
                Collections.nCopies(
                        CANCELLED, McpRequests.call(access, LingeringTools.LINGER, CAN_BE_ASKED, LogLevel.WARNING)),
                LingeringTools.BEGUN);
        int[] ids = IntStream.range(FIRST_ID, FIRST_ID + CANCELLED).toArray();
        streams.open(
                IntStream.of(ids)
                        .mapToObj(id ->
                                McpRequests.callInSession(access, session, id, LingeringTools.LINGER, NO_ARGUMENTS))
                        .toList(),
                LingeringTools.BEGUN);
        for (int id : ids) {
            answer(McpRequests.cancel(access, session, id), 202, "");
        }
    }

    private void ask(HeldStreams streams, String access, String session) throws InterruptedException {
        streams.open(
                List.of(McpRequests.callInSession(access, session, LingeringTools.ASK, NO_ARGUMENTS)),
                LingeringTools.QUESTION);
        var alone = McpRequests.call(access, LingeringTools.ASK, CAN_BE_ASKED, LogLevel.WARNING);
        answer(alone, 200, LingeringTools.QUESTION);
    }

    private void answer(Request request, int status, String part) throws InterruptedException {
        Answer.of(server.uri(), request).expecting(status, part);
    }

    /** @return how many lives there were   @throws LoadException one of them went otherwise than it must */
    long end() throws InterruptedException {
        ending = true;
        long lives = 0;
        try {
            for (var one : running) {
                lives += one.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof LoadException known ? known : new LoadException("a life failed", e);
        }
        return lives;
    }

    @Override
    public void close() {
        ending = true;
        workers.close();
    }
}
