package scanline.data.base;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that a mistyped one was probably meant to be. */
public final class Nearest {
    private Nearest() {}

    /**
     * Returns the candidate that the fewest edits lead to, the first one of equals. Returns empty if even that
     * candidate needs more edits than a third of the letters; one edit is always allowed, and two from four letters on.
     * Groups that both words start with, such as {@code optimizer.}, are left out of the comparison. Case is ignored.
     */
    static Optional<String> nearest(String word, Collection<String> words) {
        String nearest = null;
        int fewest = Integer.MAX_VALUE;
        String small = word.toLowerCase(Locale.ROOT);
        for (String candidate : words) {
            int shared = sharedGroups(small, candidate.toLowerCase(Locale.ROOT));
            String a = small.substring(shared);
            String b = candidate.toLowerCase(Locale.ROOT).substring(shared);
            int most = Math.min(fewest - 1, Math.max(a.length() < 4 ? 1 : 2, a.length() / 3));
            if (Math.abs(a.length() - b.length()) > most) {
                continue; // too many letters are missing; this also makes long words, which may come from a file, cheap
            }
            int edits = edits(a, b);
            if (edits <= most) {
                fewest = edits;
                nearest = candidate;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** Returns the length of the common prefix up to and including its last dot. */
    private static int sharedGroups(String a, String b) {
        int shared = 0;
        for (int i = 0; i < Math.min(a.length(), b.length()) && a.charAt(i) == b.charAt(i); i++) {
            if (a.charAt(i) == '.') {
                shared = i + 1;
            }
        }
        return shared;
    }

    /** Returns a suffix for an error message, {@code "; did you mean mnist?"}; empty if no word is near. */
    public static String hint(String word, Collection<String> words) {
        return nearest(word, words).map(near -> "; did you mean " + near + "?").orElse("");
    }

    /** Returns how many letters must be inserted, deleted, replaced or swapped with a neighbor to turn a into b. */
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
