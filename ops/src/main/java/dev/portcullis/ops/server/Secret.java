package dev.portcullis.ops.server;

/**
 * A setting that must not be printed (T-94): {@link #toString} hides it, and so does every record that holds one.
 *
 * @param reveal the value itself
 */
public record Secret(String reveal) {
    @Override
    public String toString() {
        return "Secret[…]";
    }
}
