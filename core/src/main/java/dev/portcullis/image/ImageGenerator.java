package dev.portcullis.image;

/** Makes a picture from words. */
public interface ImageGenerator {
    /**
     * Makes one picture. Blocks.
     *
     * @param prompt what to show, 1 to 2048 characters
     * @param steps diffusion steps, 4 to 8: more take longer and look better
     * @return a JPEG file
     * @throws ImageException there is no picture, and why in words that the model may read
     * @throws InterruptedException the call was given up
     */
    byte[] generate(String prompt, int steps) throws ImageException, InterruptedException;

    /** @return where the pictures come from, for the start banner */
    String describe();
}
