package scanline.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The choice of a way follows the times of calls. */
class FastestWayTest {
    private final FastestWay ways = new FastestWay(3);

    /** Makes calls that take these times, and returns how many of them used each way. */
    private int[] calls(int count, long... times) {
        int[] used = new int[times.length];
        for (int i = 0; i < count; i++) {
            int way = ways.next();
            used[way]++;
            ways.took(times[way]);
        }
        return used;
    }

    @Test
    void allAreMeasuredAndTheFastestIsUsed() {
        assertThat(ways.isKnown()).isFalse();
        calls(27, 100, 150, 120);
        assertThat(ways.isKnown()).isTrue();
        assertThat(calls(10_000, 100, 150, 120)[0]).isGreaterThan(9_800);
    }

    @Test
    void theLastWayMayBeTheFastest() {
        assertThat(calls(10_000, 300, 200, 100)[2]).isGreaterThan(9_800);
        assertThat(ways.fastest(0)).isEqualTo(2);
        assertThat(ways.fastest(201)).isZero();
    }

    @Test
    void theChoiceFollowsAChange() {
        calls(10_000, 300, 200, 250);
        assertThat(ways.next()).isEqualTo(1);
        calls(50, 300, 40_000, 40_000); // another program takes a processor away
        assertThat(ways.next()).isZero();
        calls(20_000, 300, 200, 250);
        assertThat(ways.next()).isEqualTo(1);
    }

    @Test
    void aSingleSlowCallChangesNothing() {
        calls(10_000, 300, 200, 250);
        calls(1, 300, 40_000, 250);
        assertThat(ways.next()).isEqualTo(1);
    }

    @Test
    void aTrialThatLosesEndsAtOnce() {
        calls(2_000, 100, 50, 200);
        assertThat(calls(5_000, 100_000, 50, 200)[0]).isBetween(1, 4);
    }

    @Test
    void slowWaysAreMeasuredInFewCalls() {
        assertThat(calls(9, 300_000_000, 250_000_000, 210_000_000)).containsExactly(2, 2, 5);
    }

    @Test
    void theFirstCallOfAWayIsNotCounted() {
        calls(1, 50_000_000, 0, 0);
        calls(8, 100, 0, 0);
        calls(1, 0, 50_000_000, 0);
        calls(8, 0, 90, 0);
        calls(9, 0, 0, 120);
        assertThat(ways.isKnown()).isTrue();
        assertThat(ways.next()).isEqualTo(1);
    }

    @Test
    void aSingleWayIsAlwaysUsed() {
        FastestWay one = new FastestWay(1);
        for (int i = 0; i < 100; i++) {
            assertThat(one.next()).isZero();
            one.took(5);
        }
    }
}
