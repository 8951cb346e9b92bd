package scanline.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The choice of threads follows the times of calls. */
class ThreadChoiceTest {
    private final ThreadChoice choice = new ThreadChoice();

    /** Makes calls that take these times, and returns how many of them one thread made. */
    private int calls(int count, long one, long all) {
        int byOne = 0;
        for (int i = 0; i < count; i++) {
            boolean isOne = choice.isOne();
            byOne += isOne ? 1 : 0;
            choice.took(isOne ? one : all);
        }
        return byOne;
    }

    @Test
    void bothAreMeasuredAndTheFasterIsUsed() {
        assertThat(choice.isKnown()).isFalse();
        calls(16, 100, 300);
        assertThat(choice.isKnown()).isTrue();
        assertThat(choice.isOne()).isTrue();
        assertThat(calls(10_000, 100, 300)).isGreaterThan(9_900);
    }

    @Test
    void allThreadsAreUsedIfTheyAreFaster() {
        assertThat(calls(10_000, 300, 200)).isLessThan(100);
        assertThat(choice.isOneFaster(0)).isFalse();
        assertThat(choice.isOneFaster(101)).isTrue();
    }

    @Test
    void theChoiceFollowsAChange() {
        calls(10_000, 300, 200);
        assertThat(choice.isOne()).isFalse();
        calls(5_000, 300, 40_000); // another program takes a processor away
        assertThat(choice.isOne()).isTrue();
        calls(10_000, 300, 200);
        assertThat(choice.isOne()).isFalse();
    }

    @Test
    void aTrialThatLosesEndsAtOnce() {
        calls(2_000, 100, 50);
        int trials = 0;
        for (int i = 0; i < 5_000; i++) {
            boolean isOne = choice.isOne();
            trials += isOne ? 1 : 0;
            choice.took(isOne ? 100_000 : 50);
        }
        assertThat(trials).isBetween(1, 4);
    }
}
