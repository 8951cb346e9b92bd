package scanline.engine.kernel;

import scanline.engine.geometry.DiagonalShape;

/**
 * How a diagonal recurrence is cut into tiles, which stay in the second-level cache. It depends on the shape alone.
 *
 * <p>
 * Many sequences are cut into groups. A group goes through all steps on its own, a chunk of steps at a time. Few
 * sequences are one group, whose steps are cut into blocks, and these into as many segments as there are shards: the
 * threads share out the segments for the products, and the states for the recurrence between them.
 *
 * @param shards
 *            the shards of the weights' gradients
 * @param groups
 *            the groups of sequences, a multiple of the shards, or 1
 * @param block
 *            the steps of a block, for few sequences
 * @param segment
 *            the steps of a segment, for few sequences
 */
record DiagonalTiles(DiagonalShape shape, int shards, int groups, int block, int segment) {
    // Enough for the threads of most machines; each has a copy of the sums.
    private static final int SHARDS = 8;
    // The rows of a tile: a few tiles of 112 rows of 100 to 200 numbers, with the weights, fit in a second-level cache
    // of 1 MB.
    private static final int ROWS = 112;
    // More sequences would leave too few steps in a tile.
    private static final int MOST_SEQUENCES = 32;
    // Floats in a cache line, which no two members write to.
    private static final int LINE = 16;

    static DiagonalTiles of(DiagonalShape shape) {
        int batch = shape.batch();
        if (batch < SHARDS) {
            int blocks = ceil(shape.steps(), SHARDS * chunk(batch));
            int block = ceil(shape.steps(), blocks);
            return new DiagonalTiles(shape, SHARDS, 1, block, ceil(block, SHARDS));
        }
        int groups = SHARDS * ceil(ceil(batch, SHARDS), MOST_SEQUENCES);
        return new DiagonalTiles(shape, SHARDS, groups, 0, 0);
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    /** Returns whether the threads share one group. */
    boolean isShared() {
        return groups == 1;
    }

    /** The first sequence of a group. */
    int first(int group) {
        return Parallel.from(group, groups, shape.batch());
    }

    /** The number of sequences of a group. */
    int sequences(int group) {
        return first(group + 1) - first(group);
    }

    /** The steps of a chunk of so many sequences. */
    static int chunk(int sequences) {
        return Math.max(1, ROWS / sequences);
    }

    /** The most sequences of a group. */
    int mostSequences() {
        return ceil(shape.batch(), groups);
    }

    /** The most rows of a chunk. */
    int mostRows() {
        return Math.max(ROWS, mostSequences());
    }

    /** The first state of a member, for the recurrence of a shared group. */
    int firstState(int part, int parts) {
        return Math.min(shape.states(), Parallel.from(part, parts, ceil(shape.states(), LINE)) * LINE);
    }

    /** Copies the rows of a group's sequences, some steps from t on, one behind the other. */
    void gather(float[] to, int at, float[] from, int group, int t, int steps) {
        int n = sequences(group) * shape.features();
        for (int k = 0; k < steps; k++) {
            System.arraycopy(from, row(group, t + k), to, at + k * n, n);
        }
    }

    /** The reverse of {@link #gather}. */
    void scatter(float[] to, float[] from, int at, int group, int t, int steps) {
        int n = sequences(group) * shape.features();
        for (int k = 0; k < steps; k++) {
            System.arraycopy(from, at + k * n, to, row(group, t + k), n);
        }
    }

    /** As {@link #scatter}, but adds. */
    void add(float[] to, float[] from, int at, int group, int t, int steps) {
        int n = sequences(group) * shape.features();
        for (int k = 0; k < steps; k++) {
            Elementwise.accumulate(to, row(group, t + k), from, at + k * n, n);
        }
    }

    private int row(int group, int t) {
        return (t * shape.batch() + first(group)) * shape.features();
    }

    /** The place of a group's saved states from step t on: those of a group lie together, so that tiles need no copy. */
    int saved(int group, int t) {
        return (first(group) * shape.steps() + t * sequences(group)) * shape.width();
    }
}
