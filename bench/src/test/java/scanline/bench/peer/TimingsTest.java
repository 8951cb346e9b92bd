package scanline.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TimingsTest {
    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheMiddleTwo() {
        assertThat(Timings.median(List.of(3.0, 9.0, 1.0))).isEqualTo(3);
        assertThat(Timings.median(List.of(3.0, 9.0, 1.0, 4.0))).isEqualTo(3.5);
        assertThat(new Timings(0, new double[] {7, 5, 6}).median()).isEqualTo(6);
        assertThat(new Timings(0, new double[] {7, 5, 6}).least()).isEqualTo(5);
    }
}
