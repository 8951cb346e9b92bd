package scanline.engine.kernel;

/**
 * Sums over many rows, computed in shards and then added in the order of the shards. The number of shards depends only
 * on the shape, so any number of threads gives the same bits.
 */
final class Shards {
    // Enough shards for the threads of most machines; each has a copy of all sums.
    private static final int MOST = 8;
    // The size of all copies together in floats: 1 GB. Sums larger than an eighth of it have fewer copies.
    private static final long ROOM = 1 << 28;

    private Shards() {}

    /** The number of shards for {@code blocks} blocks of rows and sums of {@code length} floats. */
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

    /** {@code y[i] += x[i stride]}: adds a column of a matrix's transpose to a row of the matrix. */
    static void addColumn(float[] y, int yAt, float[] x, int xAt, int stride, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] += x[xAt + i * stride];
        }
    }

    /** Adds the sum of each column of [rows, n], whose rows are {@code ld} apart, to {@code sums}. */
    static void addRows(float[] sums, int sumsAt, float[] x, int at, int ld, int rows, int n) {
        for (int row = 0; row < rows; row++) {
            Elementwise.accumulate(sums, sumsAt, x, at + row * ld, n);
        }
    }
}
