package dev.portcullis.mcp.dispatch;

import dev.portcullis.identity.Person;
import dev.portcullis.identity.Principal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many calls each person has running, so that one cannot take the threads of all (T-112). A call counts until its thread has left it: a client that cancels
 * gains nothing while a tool goes on regardless. A person without a running call is not in the table. Any thread.
 */
final class PersonCalls {
    private final int callsMax;
    private final Map<Person, Integer> running = new ConcurrentHashMap<>();

    PersonCalls(int callsMax) {
        this.callsMax = callsMax;
    }

    /** @return whether one more may run; then {@link #end} must follow. Where nobody signs in, there are no persons to be fair to. */
    boolean begin(Principal principal) {
        if (principal.equals(Principal.ANONYMOUS)) {
            return true;
        }
        var begun = new boolean[1];
        running.compute(Person.of(principal), (_, calls) -> {
            int before = calls == null ? 0 : calls;
            begun[0] = before < callsMax;
            return begun[0] ? Integer.valueOf(before + 1) : calls;
        });
        return begun[0];
    }

    void end(Principal principal) {
        if (!principal.equals(Principal.ANONYMOUS)) {
            running.computeIfPresent(Person.of(principal), (_, calls) -> calls == 1 ? null : calls - 1);
        }
    }

    /** @return whether nobody has any; for tests */
    boolean isEmpty() {
        return running.isEmpty();
    }
}
