package scanline.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranspositionTest {
    @ParameterizedTest(name = "{0} x {1}")
    @CsvSource({"1, 1", "1, 40", "40, 1", "3, 5", "16, 16", "17, 16", "16, 17", "31, 33", "26, 64", "78, 128"})
    void everyNumberIsTransposedAndNothingElseIsTouched(int m, int n) {
        int ldFrom = n + 3;
        int ldTo = m + 5;
        float[] from = new float[7 + m * ldFrom];
        for (int i = 0; i < from.length; i++) {
            from[i] = i + 1;
        }
        float[] to = new float[9 + n * ldTo];
        float[] expected = new float[to.length];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                expected[9 + j * ldTo + i] = from[7 + i * ldFrom + j];
            }
        }
        Transposition.transpose(to, 9, ldTo, from, 7, ldFrom, m, n);
        assertThat(to).isEqualTo(expected);
    }
}
