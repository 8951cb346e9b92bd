package scanline.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static scanline.engine.tensor.Numbers.AWKWARD;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ParallelTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void thePartsCoverEveryRowOnce(int threads) {
        try (Parallel parallel = new Parallel(threads)) {
            for (int rows : AWKWARD) {
                int[] visits = new int[rows];
                parallel.run((part, parts) -> {
                    assertThat(parts).isEqualTo(threads);
                    for (int row = Parallel.from(part, parts, rows); row < Parallel.from(part + 1, parts,
                            rows); row++) {
                        visits[row]++;
                    }
                });
                assertThat(visits).containsOnly(1);
            }
        }
    }

    @Test
    void partitionsDoNotOverflowAndDifferByAtMostOneRow() {
        int rows = Integer.MAX_VALUE;
        for (int part = 0; part < 8; part++) {
            int count = Parallel.from(part + 1, 8, rows) - Parallel.from(part, 8, rows);
            assertThat(count).isBetween(rows / 8, rows / 8 + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void exceptionsReachTheCallerAndTheTeamStaysUsable(int threads) {
        try (Parallel parallel = new Parallel(threads)) {
            for (int failing = 0; failing < threads; failing++) {
                int member = failing;
                assertThatThrownBy(() -> parallel.run((part, _) -> {
                    if (part == member) {
                        throw new IllegalArgumentException("member " + part);
                    }
                    parallel.meet(part, threads);
                })).isInstanceOf(IllegalArgumentException.class).hasMessage("member " + member);
                assertThatThrownBy(() -> parallel.run((part, _) -> {
                    if (part == member) {
                        throw new AssertionError("member " + part);
                    }
                })).isInstanceOf(AssertionError.class).hasMessage("member " + member);
                AtomicInteger parts = new AtomicInteger();
                parallel.run((part, _) -> {
                    parallel.meet(part, threads);
                    parts.incrementAndGet();
                });
                assertThat(parts).hasValue(threads);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 3", "8, 8", "2, 1", "3, 2", "8, 5"})
    void writesBeforeABarrierAreVisibleToAllAfterIt(int threads, int members) {
        int rounds = 200;
        try (Parallel parallel = new Parallel(threads)) {
            int[] plain = new int[members];
            int[] wrong = new int[members];
            parallel.run((part, _) -> {
                for (int round = 1; part < members && round <= rounds; round++) {
                    plain[part] = round;
                    parallel.meet(part, members);
                    for (int other = 0; other < members; other++) {
                        wrong[part] += plain[other] == round ? 0 : 1;
                    }
                    parallel.meet(part, members);
                }
            });
            assertThat(wrong).containsOnly(0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void writesOfOneTaskAreVisibleToTheNext(int threads) {
        try (Parallel parallel = new Parallel(threads)) {
            int[][] plain = new int[2][threads];
            for (int round = 0; round < 500; round++) {
                int[] before = plain[round % 2];
                int[] after = plain[1 - round % 2];
                parallel.run((part, parts) -> after[part] = before[(part + 1) % parts] + 1);
            }
            assertThat(plain[0]).containsOnly(500);
        }
    }

    @Test
    void aTeamWithoutThreadsIsRejected() {
        assertThatThrownBy(() -> new Parallel(0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads must be at least 1, not 0");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aClosedTeamRejectsTasks(int threads) {
        Parallel parallel = new Parallel(threads);
        parallel.close();
        assertThatThrownBy(() -> parallel.run((_, _) -> {})).isInstanceOf(IllegalStateException.class)
                .hasMessage("this thread team is closed");
    }

    @Test
    void theThreadsOfAClosedTeamEnd() throws InterruptedException {
        Thread[] member = new Thread[3];
        try (Parallel parallel = new Parallel(3)) {
            parallel.run((part, _) -> member[part] = Thread.currentThread());
        }
        member[1].join();
        member[2].join();
        assertThat(member[0]).isSameAs(Thread.currentThread());
    }
}
