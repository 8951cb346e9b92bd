package scanline.lab.fuzz;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A reader under attack: whole files of its format, how they are damaged, and what it may answer.
 *
 * @param name that of the format
 * @param samples files that it accepts
 * @param edit damages a file a little
 * @param rejections how it may refuse: exactly these classes
 * @param place what the message of a refusal must name: the file, or the folder that it is in; empty where it is a key
 * @param reader reads a file, and checks what it made of it
 */
record Target(String name, List<byte[]> samples, Edit edit, Set<Class<? extends Exception>> rejections, String place,
        Reader reader) {
    /** More is no line that a user would read. */
    private static final int LONGEST_MESSAGE = 1000;

    /** A little damage. */
    interface Edit {
        /** Damaged bytes, the same ones for the same random numbers. */
        byte[] of(byte[] bytes, SplittableRandom random);
    }

    /** A reader of files. */
    interface Reader {
        /** Reads a file, throws one of the rejections, or an {@link AssertionError} if what it made of it is wrong. */
        void read(byte[] bytes) throws Exception;
    }

    /** A damaged file: a function of these numbers and the format. */
    byte[] damaged(long seed, long number) {
        SplittableRandom random = new SplittableRandom(
                new SplittableRandom(seed ^ name.hashCode()).nextLong() + number * 0x9e3779b97f4a7c15L);
        byte[] bytes = pick(random);
        if (random.nextInt(16) == 0) {
            bytes = Bytes.spliced(bytes, pick(random), random);
        }
        for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
            bytes = edit.of(bytes, random);
        }
        return bytes;
    }

    /**
     * Whether the reader takes a file.
     *
     * @throws AssertionError if it neither takes it nor refuses it in one clear line
     */
    boolean accepts(byte[] bytes) {
        try {
            reader.read(bytes);
            return true;
        } catch (Exception refusal) {
            if (!rejections.contains(refusal.getClass())) {
                throw new AssertionError(name + ": no way to refuse a file: " + refusal, refusal);
            }
            requireOneLine(refusal);
            return false;
        }
    }

    private byte[] pick(SplittableRandom random) {
        return samples.get(random.nextInt(samples.size()));
    }

    private void requireOneLine(Exception refusal) {
        String message = String.valueOf(refusal.getMessage());
        boolean clean = message.codePoints().noneMatch(c -> switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                true;
            default -> false;
        });
        String reason = place.isEmpty() ? message : message.replace(place, "");
        boolean clear = message.contains(place) && !reason.endsWith(": ") && !reason.endsWith(": null");
        if (!clean || !clear || reason.length() > LONGEST_MESSAGE) {
            throw new AssertionError(name + ": no clear line of at most " + LONGEST_MESSAGE + " characters: \""
                    + message.substring(0, Math.min(message.length(), 2 * LONGEST_MESSAGE)) + "\"", refusal);
        }
    }
}
