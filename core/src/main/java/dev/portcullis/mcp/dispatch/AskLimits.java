package dev.portcullis.mcp.dispatch;

/**
 * Limits of what calls ask their clients.
 *
 * @param answerMillisMax how long one call may wait for its client's answers, all in all (H-134). That time is its own and does not count as the call's: a person fills in a
 *     form, or a model thinks
 * @param questionsPerCallMax asked by one call, from its start to its end (T-105)
 * @param openPerSessionMax unanswered at a time in one session
 * @param openMax unanswered at a time in this process
 * @param stateCharsMax of a {@code requestState}: what was answered in earlier rounds must fit, sealed and in base64
 * @param stateSeconds how long a client may take from question to answer where every request stands alone (H-88); all rounds of one call may take six times as long
 * @param usedAnswersMax calls remembered whose answers may be used once; about 150 bytes each, for as long as {@code stateSeconds}
 */
public record AskLimits(
        int answerMillisMax,
        int questionsPerCallMax,
        int openPerSessionMax,
        int openMax,
        int stateCharsMax,
        int stateSeconds,
        int usedAnswersMax) {
    public static final AskLimits DEFAULT = new AskLimits(300_000, 64, 32, 10_000, 128 * 1024, 600, 100_000);
}
