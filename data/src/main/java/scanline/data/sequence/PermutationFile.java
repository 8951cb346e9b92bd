package scanline.data.sequence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringTokenizer;
import scanline.data.base.DataException;
import scanline.data.base.TextFile;
import scanline.engine.file.Excerpt;
import scanline.engine.io.FormatException;

/** Reads a text file with the numbers of an image's pixels in some order, separated by whitespace. */
final class PermutationFile {
    /** A number has at most ten digits; the other bytes are for whitespace. */
    private static final int BYTES_A_NUMBER = 16;

    private static final int MORE_BYTES = 1 << 12;
    private static final int MOST_BYTES = 1 << 24;

    private PermutationFile() {}

    /**
     * Reads the order for an image of a given size.
     *
     * @param key the recipe key that names the file, for messages
     * @throws DataException if the file is missing, or does not contain every number exactly once
     */
    static int[] read(String key, Path file, int height, int width) {
        int n = height * width;
        String expected = "; it must hold each number from 0 to " + (n - 1) + " once, for images of " + height + " x "
                + width;
        String name = key + "=" + file;
        StringTokenizer words = new StringTokenizer(text(key, file, n, expected));
        if (words.countTokens() != n) {
            throw new DataException(name + ": holds " + words.countTokens() + " numbers" + expected);
        }
        int[] order = new int[n];
        boolean[] seen = new boolean[n];
        for (int i = 0; i < n; i++) {
            String word = words.nextToken();
            int pixel = number(word);
            if (pixel < 0 || pixel >= n) {
                throw new DataException(name + ": holds " + Excerpt.quoted(word) + expected);
            }
            if (seen[pixel]) {
                throw new DataException(name + ": holds " + pixel + " twice" + expected);
            }
            seen[pixel] = true;
            order[i] = pixel;
        }
        return order;
    }

    private static String text(String key, Path file, int numbers, String expected) {
        long most = MORE_BYTES + (long) BYTES_A_NUMBER * numbers;
        try {
            if (!Files.isRegularFile(file)) {
                throw new DataException(key + "=" + file + ": no such file" + expected);
            }
            return TextFile.read(file, (int) Math.min(most, MOST_BYTES));
        } catch (FormatException e) {
            throw new DataException(key + "=" + e.getMessage() + expected, e);
        } catch (IOException e) {
            throw new DataException(key + ": " + e.getMessage() + expected, e);
        }
    }

    /** Parses a word as a number; returns -1 if it is not one. */
    private static int number(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException _) {
            return -1;
        }
    }
}
