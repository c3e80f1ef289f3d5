package dev.portcullis.mcp.session;

import dev.portcullis.cluster.Bus;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Knows what notices were made of, so that a client that comes back can be told again what it has missed. Any thread; does not block. */
public interface NoticeSource {
    /** On which topic of the {@link Bus} changes are said to all nodes. */
    String TOPIC = "changes";

    /** @return what was said, as it was told when it was heard; null if it is nothing that sessions are told */
    @Nullable
    Notice read(Bus.Words words);

    /**
     * What to tell somebody of whom it is not known any more what they have missed.
     *
     * @param uris resources that they follow
     * @return that all lists that they may see, and these resources, may have changed
     */
    List<Notice> everything(Collection<String> uris);
}
