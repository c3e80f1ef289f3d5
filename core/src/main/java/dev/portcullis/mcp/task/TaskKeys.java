package dev.portcullis.mcp.task;

import dev.portcullis.crypto.KeyedHash;
import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.redis.Redis;
import java.util.regex.Pattern;

/**
 * Ids of tasks, and the keys under which they stand in Redis. All of one person is in one hash slot, which an id tells by its first characters: they are of a keyed hash of
 * the person, and the rest is random. Where nobody signs in, each owner is a person.
 */
final class TaskKeys {
    private static final int TAG_CHARS = 8;
    private static final int RANDOM_BYTES = 16; // 128 bits (H-225)
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{30}");
    private static final String ROOM = "task";

    private final Redis redis;
    private final KeyedHash hash;

    TaskKeys(Redis redis, MasterKey key) {
        this.redis = redis;
        this.hash = key.keyedHash("task-person/1");
    }

    String newId(TaskOwner owner) {
        return person(owner).substring(0, TAG_CHARS) + Randoms.base64Url(RANDOM_BYTES);
    }

    /** Lengths first, so that no two are the same. */
    private String person(TaskOwner owner) {
        String who = owner.issuer().length() + ":" + owner.issuer() + owner.subject();
        return hash.base64Url(
                owner.isSignedIn()
                        ? who
                        : who + " " + owner.clientId().length() + ":" + owner.clientId() + owner.realm());
    }

    /** @return whether this can be an id; else it is not looked for */
    static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    byte[] task(String id) {
        return redis.key(ROOM, slot(id), id);
    }

    private static String slot(String tagged) {
        return "{" + tagged.substring(0, TAG_CHARS) + "}";
    }

    /** When this person's tasks end, their bytes, and when they were created. */
    byte[][] roomOf(TaskOwner owner) {
        String person = person(owner);
        return new byte[][] {
            redis.key(ROOM, slot(person), person, "ends"),
            redis.key(ROOM, slot(person), person, "bytes"),
            created(person)
        };
    }

    /** The same of all, but for when they were created. */
    byte[][] roomOfAll() {
        return new byte[][] {redis.key(ROOM, "{all}", "ends"), redis.key(ROOM, "{all}", "bytes")};
    }

    /** This person's tasks by when they were created. */
    byte[] created(TaskOwner owner) {
        return created(person(owner));
    }

    private byte[] created(String person) {
        return redis.key(ROOM, slot(person), person, "created");
    }
}
