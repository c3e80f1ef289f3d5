package dev.portcullis.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Carries words between the processes of a cluster, its nodes. Words of one node to one other arrive in the order in which they were said, each once, even across a lost link; a link
 * that was lost for longer than words are kept is told to {@link Listener#missed}. Words to all are kept a while, so that a node can look back at what it did not
 * hear. Any thread.
 */
public interface Bus extends AutoCloseable {
    /** This node's name: random, new with each start; 22 characters of base64url. */
    String node();

    /** Whether there are no others and never will be. */
    boolean isAlone();

    /** Nodes that are there, this one among them, as known a moment ago. Does not block. */
    List<String> nodes();

    /**
     * Whether a node may still be there. One that has gone is known to be after a few seconds. One that was only cut off may be taken for gone as well, and be there again later. Does not block.
     */
    boolean mayLive(String node);

    /**
     * Hears all words on a topic from now on. To be called before the first word can come: while the server is made.
     *
     * @param topic a short name; one listener a topic
     */
    void listen(String topic, Listener listener);

    /**
     * Says something to one node, which may be this one. Returns at once; words are sent in order.
     *
     * @return false if so many wait to be sent that this one is dropped
     */
    boolean post(String node, String topic, byte[] words);

    /**
     * The same; blocks until the words cannot be lost but with the node they are for.
     *
     * @throws dev.portcullis.store.StoreException nothing is known about whether they will arrive
     */
    void tell(String node, String topic, byte[] words);

    /** Says something to all nodes, this one among them: all hear words to all in one order. Returns at once; as {@link #post} otherwise. */
    boolean postAll(String topic, byte[] words);

    /** The same; blocks as {@link #tell} does. @return the place of the words among all */
    String tellAll(String topic, byte[] words);

    /**
     * Words to all that came after a place, oldest first. Blocks.
     *
     * @return null if some of them are not kept any more
     */
    @Nullable
    List<Words> since(String place, String topic);

    /** The place of the last words to all that this node has heard. Does not block. */
    String place();

    @Override
    void close();

    /**
     * Something said.
     *
     * @param from which node said it
     * @param place among the words to all, printable ASCII without spaces; empty for words to one
     * @param bytes not to be changed
     */
    record Words(String from, String place, byte[] bytes) {}

    /** Hears. Called by one thread, in order; must not block for long: all topics wait meanwhile. */
    @FunctionalInterface
    interface Listener {
        void heard(Words words);

        /** Words may have been missed: what was derived from them is to be looked up anew. */
        default void missed() {}
    }
}
