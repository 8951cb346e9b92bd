package scanline.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.random.Philox;
import scanline.engine.random.RandomKey;

/** Words in registers against words one by one. */
class RandomWordsTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 61, 1_000_003, (1L << 34) - 5, (1L << 40) + 7})
    void theWordsMatchPhilox(long first) {
        RandomKey key = RandomKey.of(7, "words");
        for (int n : new int[] {1, 2, 3, 4, 5, 31, 32, 33, 63, 256, 1021, RandomWords.CHUNK}) {
            int[] expected = new int[n];
            for (int i = 0; i < n; i++) {
                expected[i] = Philox.word(key.bits(), first + i);
            }
            assertThat(Arrays.copyOf(RandomWords.of(key, first, n), n)).isEqualTo(expected);
        }
    }
}
