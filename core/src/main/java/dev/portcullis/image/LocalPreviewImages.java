package dev.portcullis.image;

import dev.portcullis.crypto.TokenHash;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Draws a picture here, without a model, for trying the server out: colours and discs that follow from the prompt, the prompt itself, and in large letters that
 * this is a local preview. The same prompt gives the same picture. Needs neither a display nor fonts.
 */
public final class LocalPreviewImages implements ImageGenerator {
    private static final int SIDE = 512;
    private static final int MARGIN = 24;
    private static final int LINES_MAX = 8;

    static {
        // Nothing here opens a window; without this a machine that has a display would be asked for it.
        System.setProperty("java.awt.headless", "true");
    }

    @Override
    public byte[] generate(String prompt, int steps) {
        var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = image.createGraphics();
        try {
            drawBackground(
                    canvas,
                    TokenHash.of(prompt.getBytes(StandardCharsets.UTF_8)).toBytes(),
                    steps);
            drawWords(canvas, prompt, steps);
        } finally {
            canvas.dispose();
        }
        return jpeg(image);
    }

    @Override
    public String describe() {
        return "local preview (no CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN)";
    }

    private static void drawBackground(Graphics2D canvas, byte[] seed, int steps) {
        canvas.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        canvas.setPaint(new GradientPaint(0, 0, colour(seed[0], 0.55f), SIDE, SIDE, colour(seed[1], 0.35f)));
        canvas.fillRect(0, 0, SIDE, SIDE);
        for (int disc = 0; disc < steps * 2; disc++) {
            int at = 2 + disc % 15 * 2;
            int diameter = 40 + (seed[at] & 0x7F);
            int x = (seed[at + 1 & 31] & 0xFF) * 2 - diameter / 2;
            int y = (seed[at + 7 & 31] & 0xFF) * 2 - diameter / 2;
            var base = colour(seed[at + 3 & 31], 0.8f);
            canvas.setColor(new Color(base.getRed(), base.getGreen(), base.getBlue(), 90));
            canvas.fill(new Ellipse2D.Float(x, y, diameter, diameter));
        }
    }

    private static Color colour(byte hue, float brightness) {
        return Color.getHSBColor((hue & 0xFF) / 256f, 0.6f, brightness);
    }

    private static void drawWords(Graphics2D canvas, String prompt, int steps) {
        canvas.setColor(new Color(0, 0, 0, 170));
        canvas.fillRect(0, 0, SIDE, 92);
        canvas.setColor(Color.WHITE);
        PixelFont.draw(canvas, "LOCAL PREVIEW", MARGIN, 18, 5);
        PixelFont.draw(canvas, "NO IMAGE MODEL IS CONFIGURED. STEPS: " + steps, MARGIN, 66, 2);
        List<String> lines = wrap(prompt, (SIDE - 2 * MARGIN) / PixelFont.advance(3));
        int top = SIDE - MARGIN - lines.size() * PixelFont.lineHeight(3);
        canvas.setColor(new Color(0, 0, 0, 170));
        canvas.fillRect(0, top - 16, SIDE, SIDE - top + 16);
        canvas.setColor(Color.WHITE);
        for (int line = 0; line < lines.size(); line++) {
            PixelFont.draw(canvas, lines.get(line), MARGIN, top + line * PixelFont.lineHeight(3), 3);
        }
    }

    /** Breaks at spaces, and within words that are too long; what does not fit ends in dots. */
    private static List<String> wrap(String text, int charsMax) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (String word : text.strip().split("\\s+", -1)) {
            String rest = word;
            while (line.length() + (line.isEmpty() ? 0 : 1) + rest.length() > charsMax) {
                if (line.isEmpty()) {
                    lines.add(rest.substring(0, charsMax));
                    rest = rest.substring(charsMax);
                } else {
                    lines.add(line.toString());
                    line.setLength(0);
                }
            }
            line.append(line.isEmpty() ? "" : " ").append(rest);
        }
        lines.add(line.toString());
        return lines.size() <= LINES_MAX ? lines : shortened(lines);
    }

    private static List<String> shortened(List<String> lines) {
        var kept = new ArrayList<>(lines.subList(0, LINES_MAX - 1));
        kept.add("...");
        return kept;
    }

    private static byte[] jpeg(BufferedImage image) {
        var out = new ByteArrayOutputStream(64 * 1024);
        try {
            // The stock cache would put a temporary file on disk for each picture.
            ImageIO.setUseCache(false);
            if (!ImageIO.write(image, "jpeg", out)) {
                throw new IllegalStateException("this JDK writes no JPEG");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
