package scanline.engine.kernel;

/**
 * Sums over many rows that are added up apart, in a number of shards that depends on the shape alone, and then in the order
 * of the shards: so any number of threads gives the same bits.
 */
final class Shards {
    // As many as most machines have threads for; each has a copy of all sums.
    private static final int MOST = 8;
    // Floats of all copies together: 1 GB. Sums larger than an eighth of it have fewer copies.
    private static final long ROOM = 1 << 28;

    private Shards() {}

    /** How many there are for so many blocks of rows and sums of so many floats. */
    static int count(int blocks, long length) {
        return (int) Math.min(Math.min(MOST, blocks), Math.max(1, ROOM / length));
    }

    /** Adds a part of all later shards to the first one; each has {@code length} floats from {@code at} on. */
    static void addUp(float[] work, int at, int length, int shards, int part, int parts) {
        int from = Parallel.from(part, parts, length);
        int count = Parallel.from(part + 1, parts, length) - from;
        for (int shard = 1; shard < shards; shard++) {
            Elementwise.accumulate(work, at + from, work, at + shard * length + from, count);
        }
    }

    /** {@code y[i] += x[i stride]}: a row of a matrix from a column of its transpose. */
    static void addColumn(float[] y, int yAt, float[] x, int xAt, int stride, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] += x[xAt + i * stride];
        }
    }

    /** The sum of each column of [rows, n], whose rows are {@code ld} apart, added to {@code sums}. */
    static void addRows(float[] sums, int sumsAt, float[] x, int at, int ld, int rows, int n) {
        for (int row = 0; row < rows; row++) {
            Elementwise.accumulate(sums, sumsAt, x, at + row * ld, n);
        }
    }
}
