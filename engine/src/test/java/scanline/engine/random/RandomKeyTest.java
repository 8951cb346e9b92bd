package scanline.engine.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomKeyTest {
    private static final RandomKey KEY = RandomKey.of(1, "test");

    /** Recorded results rest on these numbers, which were computed by an independent program in Python. */
    @Test
    void theDerivationOfKeysNeverChanges() {
        assertThat(KEY.bits()).isEqualTo(-948141460804419958L);
        assertThat(KEY.at(7).bits()).isEqualTo(4066618581119582094L);
        assertThat(KEY.permutation(8)).containsExactly(1, 5, 2, 7, 6, 4, 0, 3);
        float[] normal = new float[3];
        KEY.normal(normal, 0, 3, 0, 1);
        assertThat(normal).containsExactly(0.9957938f, 0.47526374f, 0.5846861f);
    }

    @Test
    void seedsPurposesAndStepsAllGiveDistinctKeys() {
        Set<Long> keys = new HashSet<>();
        int made = 0;
        for (long seed : new long[] {0, 1, 2, -1, Long.MIN_VALUE}) {
            for (String purpose : new String[] {"", "a", "b", "ab", "ba", "aa", "shuffle", "dropout", "\0", "\0\0"}) {
                RandomKey key = RandomKey.of(seed, purpose);
                keys.add(key.bits());
                keys.add(key.purpose("a").bits());
                made += 2;
                for (long step : new long[] {-1, 0, 1, 2, 1000, 1L << 40}) {
                    keys.add(key.at(step).bits());
                    keys.add(key.at(step).at(0).bits());
                    keys.add(key.at(step).purpose("a").bits());
                    made += 3;
                }
            }
        }
        assertThat(keys).hasSize(made);
    }

    @Test
    void streamsOfNeighboringKeysAgreeInHalfOfTheirBits() {
        RandomKey[] others = {RandomKey.of(2, "test"), RandomKey.of(1, "tesu"), KEY.at(0), KEY.at(1)};
        for (RandomKey other : others) {
            int different = 0;
            for (int i = 0; i < 10_000; i++) {
                different += Integer.bitCount(KEY.bits(i) ^ other.bits(i));
            }
            // 320,000 fair coins: the deviation is 283.
            assertThat(different).isCloseTo(160_000, within(5 * 283));
        }
    }

    @Test
    void uniformNumbersDoNotDependOnHowTheRangeIsDivided() {
        float[] whole = new float[5000];
        KEY.uniform(whole, 0, whole.length, -2, 3);
        for (int part : new int[] {1, 3, 7, 64, 1023, 1500}) {
            float[] parts = new float[whole.length];
            for (int from = 0; from < parts.length; from += part) {
                KEY.uniform(parts, from, Math.min(from + part, parts.length), -2, 3);
            }
            assertThat(parts).isEqualTo(whole);
        }
        for (int i = 0; i < whole.length; i++) {
            assertThat(whole[i]).isEqualTo(-2 + KEY.uniform(i) * 5);
        }
    }

    @Test
    void normalNumbersDoNotDependOnHowTheRangeIsDivided() {
        float[] whole = new float[500];
        KEY.normal(whole, 0, whole.length, 1, 2);
        for (int part : new int[] {1, 3, 7, 64}) {
            float[] parts = new float[whole.length];
            for (int from = 0; from < parts.length; from += part) {
                KEY.normal(parts, from, Math.min(from + part, parts.length), 1, 2);
            }
            assertThat(parts).isEqualTo(whole);
        }
    }

    @Test
    void uniformNumbersAreSpreadEvenly() {
        int[] counts = new int[256];
        for (int i = 0; i < 256_000; i++) {
            counts[(int) (KEY.uniform(i) * 256)]++;
        }
        assertThat(chiSquare(counts, 1000)).isBetween(150.0, 370.0); // 255 degrees of freedom: five deviations
    }

    @Test
    void boundedNumbersAreSpreadEvenly() {
        for (int bound : new int[] {1, 2, 3, 10, 100}) {
            int[] counts = new int[bound];
            for (int i = 0; i < 1000 * bound; i++) {
                counts[KEY.below(bound, i)]++;
            }
            assertThat(chiSquare(counts, 1000)).isLessThan(bound + 5 * Math.sqrt(2 * bound));
        }
    }

    /** This bound is 3/8 of 2^32: without rejection 8 neighboring words share 3 results, as 3, 3 and 2. */
    @Test
    void largeBoundsAreNotBiased() {
        int bound = 3 << 29;
        int[] counts = new int[3];
        for (int i = 0; i < 30_000; i++) {
            int drawn = KEY.below(bound, i);
            assertThat(drawn).isBetween(0, bound - 1);
            counts[drawn % 3]++;
        }
        assertThat(chiSquare(counts, 10_000)).isLessThan(20);
    }

    @Test
    void normalNumbersHaveTheRequestedMoments() {
        float[] drawn = new float[100_000];
        KEY.normal(drawn, 0, drawn.length, 3, 0.5f);
        double mean = IntStream.range(0, drawn.length).mapToDouble(i -> drawn[i]).average().orElseThrow();
        double[] standard = IntStream.range(0, drawn.length).mapToDouble(i -> (drawn[i] - mean) / 0.5).toArray();
        assertThat(mean).isCloseTo(3, within(0.008));
        assertThat(moment(standard, 2)).isCloseTo(1, within(0.025));
        assertThat(moment(standard, 3)).isCloseTo(0, within(0.05));
        assertThat(moment(standard, 4)).isCloseTo(3, within(0.2));
        double neighbors = IntStream.range(1, drawn.length)
                .mapToDouble(i -> standard[i - 1] * standard[i])
                .average()
                .orElseThrow();
        assertThat(neighbors).isCloseTo(0, within(0.016));
    }

    @Test
    void aPermutationHasEachNumberOnce() {
        for (int n : new int[] {0, 1, 2, 3, 10, 60_000}) {
            int[] sorted = KEY.permutation(n);
            Arrays.sort(sorted);
            assertThat(sorted).isEqualTo(IntStream.range(0, n).toArray());
        }
    }

    @Test
    void allPermutationsAreEquallyLikely() {
        int[] counts = new int[24];
        for (int step = 0; step < 24_000; step++) {
            int[] order = KEY.at(step).permutation(4);
            int rank = 0;
            for (int i = 0; i < 4; i++) {
                int smallerAfter = 0;
                for (int j = i + 1; j < 4; j++) {
                    smallerAfter += order[j] < order[i] ? 1 : 0;
                }
                rank = rank * (4 - i) + smallerAfter;
            }
            counts[rank]++;
        }
        assertThat(chiSquare(counts, 1000)).isLessThan(57); // 23 degrees of freedom: five deviations
    }

    @Test
    void invalidArgumentsAreRejected() {
        assertThatThrownBy(() -> KEY.below(0, 0)).hasMessage("bound must be positive, not 0");
        assertThatThrownBy(() -> KEY.permutation(-1)).hasMessage("a permutation cannot have -1 elements");
        assertThatThrownBy(() -> KEY.uniform(new float[2], 0, 3, 0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> KEY.normal(new float[2], -1, 1, 0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static double chiSquare(int[] counts, double expected) {
        return Arrays.stream(counts)
                .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                .sum();
    }

    private static double moment(double[] values, int order) {
        return Arrays.stream(values).map(value -> Math.pow(value, order)).average().orElseThrow();
    }
}
