package scanline.engine.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes the tiles of matrix products, {@link GemmTile} and {@link TransposedTile}: {@code ./build tiles}. Their methods
 * differ only in the size of a tile, and the two classes only in where a tile finds the elements of A. The text is written
 * as the formatter would have it.
 */
enum TileGenerator {
    /** A is row-major: its row i begins at {@code aAt + i * lda}, so each row of a tile has an index of its own. */
    GEMM("GemmTile",
            """
                    /**
                     * The innermost products: {@code C[m, n] = S[m, n] + A[m, k] B[k, n]}, where n is the width of one to four vectors and B a
                     * panel of {@link Gemm#pack packed} columns. S is where the sums start: C itself, or one row for all, with its stride
                     * {@code lds} 0.
                     *
                     * <p>
                     * Why each size of a tile is written out: C2 keeps vectors in registers only when they are local variables of a small
                     * method. Six rows of four vectors are 24 sums, which with 4 vectors of B and one broadcast of A fill 29 of the 32
                     * registers of AVX-512 and Neon. 24 independent sums hide the latency of the fused multiply-add (4 cycles, 2 a cycle),
                     * and each vector of B serves six of them. AVX2 has 16 registers, for two rows of four vectors; six rows of two would
                     * fill 15, but are slower by a third. The last panel of a matrix may have one vector or two, as attention heads and
                     * classes have: a tile of four would multiply zeros for half its time or more. Every sum runs over increasing k, so all
                     * tiles, and a range of k cut in pieces, give the same bits.
                     */
                    """),

    /** A is transposed: its row i begins at {@code aAt + i}, so one index serves all rows of a tile. */
    TRANSPOSED("TransposedTile",
            """
                    /**
                     * The tiles of {@link GemmTile} for a left operand that is stored transposed: the element of row i and column p of A is at
                     * {@code aAt + p * lda + i}. The rows of a tile are then neighbors, and one index serves all of them: a tile of six rows
                     * takes two thirds of the instructions around its multiply-adds, and a tenth to a fifth less time.
                     */
                    """);

    // What widths a panel is cut into, and what heights the rows of C: as many of the first as there is room for, and so on.
    private static final int[] VECTORS = {4, 2, 1};
    private static final int[] ROWS = {5, 6, 2, 1};

    private static final String PARAMETERS = """
            float[] c, int cAt, int ldc, float[] s, int sAt, int lds, float[] a, int aAt, int lda,
                        float[] b, int bAt,\
            """;

    private final String name;
    private final String comment;

    TileGenerator(String name, String comment) {
        this.name = name;
        this.comment = comment;
    }

    /** Writes both classes into a folder. */
    public static void main(String[] arguments) throws IOException {
        for (TileGenerator tiles : values()) {
            Files.writeString(Path.of(arguments[0], tiles.file()), tiles.source());
        }
    }

    String file() {
        return name + ".java";
    }

    String source() {
        StringBuilder code = new StringBuilder("""
                package scanline.engine.kernel;

                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.VectorSpecies;

                %s@SuppressWarnings("UnusedVariable") // the distance between rows, in tiles of one row
                final class %s {
                    // Written by TileGenerator, a class of the tests: change that, and run ./build tiles.
                    private static final VectorSpecies<Float> S = Lanes.FLOATS;
                    private static final int W = S.length();
                    private static final int PANEL = Gemm.PANEL;

                    private %s() {}
                """.formatted(comment, name, name));
        code.append(panel());
        for (int vectors : VECTORS) {
            code.append(strip(vectors));
            for (int rows : ROWS) {
                code.append(tile(rows, vectors));
            }
        }
        return code.append("}\n").toString();
    }

    /** Cuts so many vectors of a panel into strips. */
    private static String panel() {
        StringBuilder code = new StringBuilder("""

                    /** The product with the first so many vectors of a panel. */
                    static void multiply(%s int m, int k, int vectors) {
                        int v = 0;
                """.formatted(PARAMETERS));
        for (int width : VECTORS) {
            code.append("""
                            for (; v + %d <= vectors; v += %d) {
                                strip%d(c, cAt + v * W, ldc, s, sAt + v * W, lds, a, aAt, lda, b, bAt + v * W, m, k);
                            }
                    """.formatted(width, width, width));
        }
        return code.append("    }\n").toString();
    }

    /** Cuts m rows of a strip into tiles. */
    private String strip(int vectors) {
        StringBuilder code = new StringBuilder("""

                    private static void strip%d(%s int m, int k) {
                        int fives = 5 * Gemm.fives(m);
                        int i = 0;
                """.formatted(vectors, PARAMETERS));
        for (int rows : ROWS) {
            String room = rows == 5 ? "i < fives" : "i + " + rows + " <= m";
            String fits = rows > 2 && vectors == 4 ? " && !Gemm.FEW_REGISTERS" : "";
            code.append("""
                            for (; %s%s; i += %d) {
                                tile%dx%d(c, cAt + i * ldc, ldc, s, sAt + i * lds, lds, a, aAt + %s, lda, b, bAt, k);
                            }
                    """.formatted(room, fits, rows, rows, vectors,
                    this == GEMM ? "i * lda" : "i"));
        }
        return code.append("    }\n").toString();
    }

    /** One tile: loads its sums, adds to them over k, and stores them. */
    private String tile(int rows, int vectors) {
        StringBuilder loads = new StringBuilder();
        StringBuilder indices = new StringBuilder();
        StringBuilder steps = new StringBuilder();
        StringBuilder stores = new StringBuilder();
        for (int v = 0; v < vectors; v++) {
            steps.append(
                    "            FloatVector b%d = FloatVector.fromArray(S, b, bp%s);\n".formatted(v, plus(v, "W")));
        }
        for (int r = 0; r < rows; r++) {
            indices.append(this == GEMM && r > 0 ? "        int a%d = aAt%s;\n".formatted(r, plus(r, "lda")) : "");
            steps.append("            FloatVector x%d = FloatVector.broadcast(S, a[%s]);\n".formatted(r, index(r)));
            for (int v = 0; v < vectors; v++) {
                String sum = "c" + r + v;
                loads.append("        FloatVector %s = FloatVector.fromArray(S, s, sAt%s%s);\n".formatted(sum,
                        plus(r, "lds"), plus(v, "W")));
                steps.append("            %s = x%d.fma(b%d, %s);\n".formatted(sum, r, v, sum));
                stores.append("        %s.intoArray(c, cAt%s%s);\n".formatted(sum, plus(r, "ldc"), plus(v, "W")));
            }
        }
        return """

                    private static void tile%dx%d(%s int k) {
                %s%s        for (%s) {
                            int bp = bAt + p * PANEL;
                %s        }
                %s    }
                """.formatted(rows, vectors, PARAMETERS, loads, indices,
                this == GEMM ? "int p = 0; p < k; p++" : "int p = 0, q = aAt; p < k; p++, q += lda", steps, stores);
    }

    /** Where the loop over k finds row r of A. */
    private String index(int r) {
        if (this == TRANSPOSED) {
            return r == 0 ? "q" : "q + " + r;
        }
        return r == 0 ? "aAt + p" : "a" + r + " + p";
    }

    /** The text " + n * unit". */
    private static String plus(int n, String unit) {
        return switch (n) {
            case 0 -> "";
            case 1 -> " + " + unit;
            default -> " + " + n + " * " + unit;
        };
    }
}
