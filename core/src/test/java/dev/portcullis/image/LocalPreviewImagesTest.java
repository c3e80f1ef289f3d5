package dev.portcullis.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class LocalPreviewImagesTest {
    private final LocalPreviewImages images = new LocalPreviewImages();

    @Test
    void generateWhenPromptIsPlainThenAnswersJpegOfStatedSize() throws Exception {
        byte[] jpeg = images.generate("A lighthouse at dawn, seen from the sea", 4);

        assertThat(jpeg).startsWith(0xFF, 0xD8, 0xFF);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
        assertThat(image.getWidth()).isEqualTo(512);
        assertThat(image.getHeight()).isEqualTo(512);
    }

    @Test
    void generateWhenPromptIsTheSameThenPictureIsTheSameAndElseAnother() {
        assertThat(images.generate("one", 4)).isEqualTo(images.generate("one", 4));
        assertThat(images.generate("one", 4)).isNotEqualTo(images.generate("two", 4));
        assertThat(images.generate("one", 4)).isNotEqualTo(images.generate("one", 5));
    }

    @Test
    void generateWhenPromptIsOddThenStillDraws() {
        for (String prompt :
                new String[] {" ", "x".repeat(2048), "für 日本 🎈\u202e", "a\n\tb\0c", "word ".repeat(400)}) {
            assertThat(images.generate(prompt, 8)).as(prompt).startsWith(0xFF, 0xD8, 0xFF);
        }
    }
}
