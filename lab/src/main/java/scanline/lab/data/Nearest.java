package scanline.lab.data;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that a mistyped one was probably meant to be. */
public final class Nearest {
    private Nearest() {}

    /**
     * The word of the collection that the fewest edits lead to, the first of equals; empty when even that needs more
     * than a third of the letters (but two edits are always allowed). Case does not count.
     */
    static Optional<String> nearest(String word, Collection<String> words) {
        String nearest = null;
        int fewest = Math.max(2, word.length() / 3) + 1;
        String small = word.toLowerCase(Locale.ROOT);
        for (String candidate : words) {
            if (Math.abs(small.length() - candidate.length()) >= fewest) {
                continue; // that many letters are missing: a long word, which may come from a file, costs nothing
            }
            int edits = edits(small, candidate.toLowerCase(Locale.ROOT));
            if (edits < fewest) {
                fewest = edits;
                nearest = candidate;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** {@code "; did you mean mnist?"}, to stand behind a refusal; nothing where no word is near. */
    public static String hint(String word, Collection<String> words) {
        return nearest(word, words).map(near -> "; did you mean " + near + "?").orElse("");
    }

    /** How many letters have to be inserted, deleted, replaced or swapped with their neighbour to turn a into b. */
    static int edits(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
