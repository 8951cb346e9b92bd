package scanline.lab.fuzz;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Damage to bytes of any kind. Every method gives new bytes, and the same ones for the same random numbers. */
final class Bytes {
    /** No file grows beyond this, so that time and memory are about the reader and not about long files. */
    static final int LARGEST = 1 << 18;

    private static final int HEADER = 32;
    private static final long[] EXTREMES = {0, 1, -1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000,
            Integer.MAX_VALUE, 1L << 31, 0xffff_ffffL, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, 100_000_000,
            100_000_001};

    private Bytes() {}

    /** One edit. */
    static byte[] edited(byte[] bytes, SplittableRandom random) {
        return switch (random.nextInt(10)) {
            case 0 -> flipped(bytes, random);
            case 1 -> set(bytes, random);
            case 2 -> inserted(bytes, random.nextInt(bytes.length + 1), noise(random));
            case 3 -> deleted(bytes, random);
            case 4 -> duplicated(bytes, random);
            case 5 -> swapped(bytes, random);
            case 6 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 7, 8 -> withNumber(bytes, random);
            default -> inserted(bytes, bytes.length, noise(random));
        };
    }

    /** The beginning of one and the end of another. */
    static byte[] spliced(byte[] head, byte[] tail, SplittableRandom random) {
        int from = random.nextInt(tail.length + 1);
        return inserted(Arrays.copyOf(head, random.nextInt(head.length + 1)), -1,
                Arrays.copyOfRange(tail, from, tail.length));
    }

    /** With more bytes at a place; a negative one is the end. What would become too long stays as it is. */
    static byte[] inserted(byte[] bytes, int at, byte[] more) {
        if (bytes.length + more.length > LARGEST) {
            return bytes;
        }
        int place = at < 0 ? bytes.length : at;
        byte[] longer = Arrays.copyOf(bytes, bytes.length + more.length);
        System.arraycopy(more, 0, longer, place, more.length);
        System.arraycopy(bytes, place, longer, place + more.length, bytes.length - place);
        return longer;
    }

    /** With other bytes in the place of some. */
    static byte[] replaced(byte[] bytes, int from, int to, byte[] with) {
        byte[] rest = inserted(Arrays.copyOf(bytes, from), -1, Arrays.copyOfRange(bytes, to, bytes.length));
        return inserted(rest, from, with);
    }

    private static byte[] flipped(byte[] bytes, SplittableRandom random) {
        byte[] damaged = bytes.clone();
        if (damaged.length > 0) {
            damaged[place(bytes, random)] ^= (byte) (1 << random.nextInt(8));
        }
        return damaged;
    }

    private static byte[] set(byte[] bytes, SplittableRandom random) {
        byte[] damaged = bytes.clone();
        int from = bytes.length == 0 ? 0 : place(bytes, random);
        int to = Math.min(bytes.length, from + 1 + random.nextInt(4));
        int kind = random.nextInt(3);
        for (int i = from; i < to; i++) {
            damaged[i] = (byte) (kind == 0 ? 0 : kind == 1 ? 255 : random.nextInt(256));
        }
        return damaged;
    }

    /** A whole number of 2, 4 or 8 bytes, in either order, becomes an extreme one: most lengths are such numbers. */
    private static byte[] withNumber(byte[] bytes, SplittableRandom random) {
        byte[] damaged = bytes.clone();
        int size = 2 << random.nextInt(3);
        if (bytes.length < size) {
            return damaged;
        }
        int at = Math.min(place(bytes, random), bytes.length - size);
        long number = random.nextInt(4) == 0
                ? bytes.length + random.nextInt(33) - 16L
                : EXTREMES[random.nextInt(EXTREMES.length)];
        boolean little = random.nextBoolean();
        for (int i = 0; i < size; i++) {
            damaged[at + (little ? i : size - 1 - i)] = (byte) (number >> 8 * i);
        }
        return damaged;
    }

    private static byte[] deleted(byte[] bytes, SplittableRandom random) {
        int[] range = range(bytes, random);
        return replaced(bytes, range[0], range[1], new byte[0]);
    }

    private static byte[] duplicated(byte[] bytes, SplittableRandom random) {
        int[] range = range(bytes, random);
        return inserted(bytes, random.nextInt(bytes.length + 1), Arrays.copyOfRange(bytes, range[0], range[1]));
    }

    private static byte[] swapped(byte[] bytes, SplittableRandom random) {
        int[] range = range(bytes, random);
        byte[] moved = Arrays.copyOfRange(bytes, range[0], range[1]);
        byte[] rest = replaced(bytes, range[0], range[1], new byte[0]);
        return inserted(rest, random.nextInt(rest.length + 1), moved);
    }

    private static byte[] noise(SplittableRandom random) {
        byte[] noise = new byte[1 + random.nextInt(random.nextInt(16) == 0 ? 4096 : 16)];
        if (random.nextBoolean()) {
            random.nextBytes(noise);
        } else {
            Arrays.fill(noise, (byte) random.nextInt(256));
        }
        return noise;
    }

    /** Half of the damage goes to the beginning, where headers are. */
    private static int place(byte[] bytes, SplittableRandom random) {
        return random.nextInt(random.nextBoolean() ? Math.min(HEADER, bytes.length) : bytes.length);
    }

    private static int[] range(byte[] bytes, SplittableRandom random) {
        int from = random.nextInt(bytes.length + 1);
        int most = random.nextInt(4) == 0 ? bytes.length - from : Math.min(32, bytes.length - from);
        return new int[] {from, from + random.nextInt(most + 1)};
    }
}
