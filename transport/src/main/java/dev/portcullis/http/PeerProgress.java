package dev.portcullis.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Whether a peer takes what waits for it (T-4, T-30), by {@link #LOOKS} looks in the time it has for so many bytes. The first look, which is the making, only remembers:
 * by then the kernel has taken what it takes even for a peer that reads nothing. So who takes nothing is known as stalled after five quarters of that time. Event loop only.
 */
public final class PeerProgress {
    /** In the time that a peer has; its parts are what callers wait between looks, the first included. */
    public static final int LOOKS = 4;

    private final Channel channel;
    private long waiting;
    private int looksWithout;

    public PeerProgress(Channel channel) {
        this.channel = channel;
        this.waiting = waitingBytes();
    }

    /**
     * Looks.
     *
     * @param bytesMin that a peer must take in its time
     * @return whether it took less in the last {@link #LOOKS} looks
     */
    public boolean hasStalled(long bytesMin) {
        long left = waitingBytes();
        if (waiting - left < bytesMin) {
            looksWithout++;
        } else {
            waiting = left;
            looksWithout = 0;
        }
        return looksWithout == LOOKS;
    }

    /** A buffer counts as waiting until the socket has taken all of it: what it has of the first is taken off. */
    private long waitingBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }
}
