package scanline.lab.data;

import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** A text file with the numbers of an image's pixels in some order, parted by spaces or line ends. */
final class PermutationFile {
    private static final Pattern SPACE = Pattern.compile("\\s+");

    /** Far more than the numbers of any image take. */
    private static final int MAX_BYTES = 1 << 24;

    private PermutationFile() {}

    /**
     * Reads the order of an image of this size.
     *
     * @param key what names the file
     * @throws DataException if the file is not there, or does not hold every number exactly once
     */
    static int[] read(String key, Path file, int height, int width) {
        String name = key + "=" + file;
        int n = height * width;
        String expected = "; it must hold each number from 0 to " + (n - 1) + " once, for images of " + height + " x "
                + width;
        List<String> words = words(name, file, expected);
        if (words.size() != n) {
            throw new DataException(name + ": holds " + words.size() + " numbers" + expected);
        }
        int[] order = new int[n];
        boolean[] seen = new boolean[n];
        for (int i = 0; i < n; i++) {
            String word = words.get(i);
            int pixel = number(word);
            if (pixel < 0 || pixel >= n) {
                throw new DataException(name + ": holds \"" + word + "\"" + expected);
            }
            if (seen[pixel]) {
                throw new DataException(name + ": holds " + pixel + " twice" + expected);
            }
            seen[pixel] = true;
            order[i] = pixel;
        }
        return order;
    }

    private static List<String> words(String name, Path file, String expected) {
        return Idx.reading(name, () -> {
            if (!Files.isRegularFile(file)) {
                throw new DataException(name + ": no such file" + expected);
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new DataException(name + ": larger than " + (MAX_BYTES >> 20) + " MB" + expected);
            }
            try {
                return SPACE.splitAsStream(Files.readString(file)).filter(word -> !word.isEmpty()).toList();
            } catch (CharacterCodingException e) {
                throw new DataException(name + ": no text" + expected, e);
            }
        });
    }

    /** The number that a word stands for, or -1. */
    private static int number(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException _) {
            return -1;
        }
    }
}
