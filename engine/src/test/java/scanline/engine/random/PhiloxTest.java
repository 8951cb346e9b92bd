package scanline.engine.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PhiloxTest {
    /** The known answers for philox4x32, 10 rounds, of the Random123 distribution (tests/kat_vectors). */
    @Test
    void theKnownAnswersOfRandom123AreReproduced() {
        assertThat(block(0L, 0L, 0L)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(block(-1L, -1L, -1L)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(block(0x299f31d0_a4093822L, 0x85a308d3_243f6a88L, 0x03707344_13198a2eL))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @Test
    void aWordIsALaneOfItsBlock() {
        long key = 0x0123456789abcdefL;
        for (long index : new long[] {0, 1, 2, 3, 4, 4097, 0x7fff_ffffL, 0x1_0000_0003L, -1L}) {
            int[] block = block(key, index >>> 2, 0);
            assertThat(Philox.word(key, index)).isEqualTo(block[(int) (index & 3)]);
        }
    }

    @Test
    void aFilledRangeHasTheWordsOfTheStreamAndNothingElseChanges() {
        long key = 0xfedcba9876543210L;
        for (long first : new long[] {0, 1, 2, 3, 6, 0xffff_fffdL, (1L << 40) - 5}) {
            for (int from : new int[] {0, 1, 3, 4, 5}) {
                for (int size : new int[] {0, 1, 2, 3, 4, 5, 7, 8, 1023, 1024, 1030, 2050}) {
                    int[] out = new int[from + size + 2];
                    Philox.fill(out, from, from + size, key, first);
                    for (int i = 0; i < out.length; i++) {
                        boolean filled = i >= from && i < from + size;
                        assertThat(out[i]).isEqualTo(filled ? Philox.word(key, first + i) : 0);
                    }
                }
            }
        }
    }

    @Test
    void aRangeOutsideTheArrayIsRejected() {
        assertThatThrownBy(() -> Philox.fill(new int[4], 2, 5, 0, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Philox.fill(new int[4], 3, 2, 0, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void uniformNumbersFillTheHalfOpenInterval() {
        assertThat(Philox.uniform(0)).isEqualTo(0f);
        assertThat(Philox.uniform(0xff)).isEqualTo(0f);
        assertThat(Philox.uniform(0x100)).isEqualTo(0x1p-24f);
        assertThat(Philox.uniform(0x8000_0000)).isEqualTo(0.5f);
        assertThat(Philox.uniform(-1)).isEqualTo(1 - 0x1p-24f);
    }

    private static int[] block(long key, long low, long high) {
        int[] out = new int[4];
        Philox.block(out, key, low, high);
        return out;
    }
}
