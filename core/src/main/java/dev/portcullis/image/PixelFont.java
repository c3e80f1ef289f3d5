package dev.portcullis.image;

import java.awt.Graphics2D;
import java.util.Arrays;
import java.util.Locale;

/** Letters of five by seven squares, so that drawing words needs no font on the machine. Letters have one case; what is not in the table is drawn as {@code ?}. */
final class PixelFont {
    private static final int COLUMNS = 5;
    private static final int ROWS = 7;

    /** A glyph a line: the character, then its rows from the top, each five bits from the left. */
    private static final String GLYPHS = """
            A 0E 11 11 1F 11 11 11
            B 1E 11 11 1E 11 11 1E
            C 0E 11 10 10 10 11 0E
            D 1E 11 11 11 11 11 1E
            E 1F 10 10 1E 10 10 1F
            F 1F 10 10 1E 10 10 10
            G 0E 11 10 17 11 11 0F
            H 11 11 11 1F 11 11 11
            I 0E 04 04 04 04 04 0E
            J 07 02 02 02 02 12 0C
            K 11 12 14 18 14 12 11
            L 10 10 10 10 10 10 1F
            M 11 1B 15 15 11 11 11
            N 11 19 15 13 11 11 11
            O 0E 11 11 11 11 11 0E
            P 1E 11 11 1E 10 10 10
            Q 0E 11 11 11 15 12 0D
            R 1E 11 11 1E 14 12 11
            S 0F 10 10 0E 01 01 1E
            T 1F 04 04 04 04 04 04
            U 11 11 11 11 11 11 0E
            V 11 11 11 11 11 0A 04
            W 11 11 11 15 15 1B 11
            X 11 11 0A 04 0A 11 11
            Y 11 11 0A 04 04 04 04
            Z 1F 01 02 04 08 10 1F
            0 0E 11 13 15 19 11 0E
            1 04 0C 04 04 04 04 0E
            2 0E 11 01 06 08 10 1F
            3 1F 02 04 02 01 11 0E
            4 02 06 0A 12 1F 02 02
            5 1F 10 1E 01 01 11 0E
            6 06 08 10 1E 11 11 0E
            7 1F 01 02 04 08 08 08
            8 0E 11 11 0E 11 11 0E
            9 0E 11 11 0F 01 02 0C
            . 00 00 00 00 00 0C 0C
            , 00 00 00 00 0C 04 08
            : 00 0C 0C 00 0C 0C 00
            ; 00 0C 0C 00 0C 04 08
            ! 04 04 04 04 04 00 04
            ? 0E 11 01 02 04 00 04
            - 00 00 00 1F 00 00 00
            ' 0C 04 08 00 00 00 00
            " 0A 0A 0A 00 00 00 00
            ( 02 04 08 08 08 04 02
            ) 08 04 02 02 02 04 08
            / 00 01 02 04 08 10 00
            + 00 04 04 1F 04 04 00
            = 00 00 1F 00 1F 00 00
            & 0C 12 14 08 15 12 0D
            % 18 19 02 04 08 13 03
            # 0A 0A 1F 0A 1F 0A 0A
            """;

    private static final byte[][] ROWS_BY_CHARACTER = parse();

    private PixelFont() {}

    /** @return squares from one letter's left edge to the next's, in pixels */
    static int advance(int scale) {
        return (COLUMNS + 1) * scale;
    }

    static int lineHeight(int scale) {
        return (ROWS + 3) * scale;
    }

    /** Draws one line in the canvas's colour; {@code x}, {@code y} is its top left corner, {@code scale} the side of a square, all in pixels. */
    static void draw(Graphics2D canvas, String text, int x, int y, int scale) {
        String upper = text.toUpperCase(Locale.ROOT);
        for (int i = 0; i < upper.length(); i++) {
            drawGlyph(canvas, rowsOf(upper.charAt(i)), x + i * advance(scale), y, scale);
        }
    }

    private static byte[] rowsOf(char c) {
        return ROWS_BY_CHARACTER[c < ROWS_BY_CHARACTER.length ? c : '?'];
    }

    private static void drawGlyph(Graphics2D canvas, byte[] rows, int x, int y, int scale) {
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                if ((rows[row] >> (COLUMNS - 1 - column) & 1) != 0) {
                    canvas.fillRect(x + column * scale, y + row * scale, scale, scale);
                }
            }
        }
    }

    private static byte[][] parse() {
        var table = new byte[128][];
        GLYPHS.lines().forEach(line -> {
            var rows = new byte[ROWS];
            for (int row = 0; row < ROWS; row++) {
                rows[row] = Byte.parseByte(line.substring(2 + row * 3, 4 + row * 3), 16);
            }
            table[line.charAt(0)] = rows;
        });
        byte[] unknown = table['?'];
        for (int c = 0; c < table.length; c++) {
            if (table[c] == null) {
                table[c] = c <= ' ' ? new byte[ROWS] : Arrays.copyOf(unknown, ROWS);
            }
        }
        return table;
    }
}
