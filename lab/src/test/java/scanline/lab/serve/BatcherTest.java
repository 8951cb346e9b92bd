package scanline.lab.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import scanline.lab.http.Refusal;

@Timeout(30)
class BatcherTest {
    private static final long LONG = TimeUnit.SECONDS.toNanos(20);
    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(50);

    private final List<Integer> batches = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger inFlight = new AtomicInteger(1);

    private Batcher<Integer, Integer> doubling(Batching batching) {
        return new Batcher<>("test", batching, inFlight::get,
                items -> items.stream().map(item -> 2 * item).toList(), batches::add);
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @Test
    void aRequestThatIsAloneDoesNotWait() throws Exception {
        try (Batcher<Integer, Integer> batcher = doubling(new Batching(8, LONG, 1, 100, 10))) {
            long start = System.nanoTime();
            assertThat(batcher.results(List.of(3))).containsExactly(6);
            assertThat(System.nanoTime() - start).isLessThan(LONG / 4);
        }
    }

    @Test
    void requestsThatAreInFlightBecomeOneBatch() throws Exception {
        inFlight.set(8);
        try (Batcher<Integer, Integer> batcher = doubling(new Batching(8, LONG, 1, 100, 10));
                ExecutorService clients = Executors.newFixedThreadPool(8)) {
            List<Callable<List<Integer>>> requests = new ArrayList<>();
            numbers(8).forEach(each -> requests.add(() -> batcher.results(List.of(each))));
            List<Future<List<Integer>>> results = clients.invokeAll(requests);
            for (int i = 0; i < 8; i++) {
                assertThat(results.get(i).get()).containsExactly(2 * i);
            }
            assertThat(batches).containsExactly(8);
        }
    }

    @Test
    void anItemDoesNotWaitLongerThanTheLimit() throws Exception {
        inFlight.set(2); // the other one does not come
        try (Batcher<Integer, Integer> batcher = doubling(new Batching(8, SHORT, 1, 100, 10))) {
            long start = System.nanoTime();
            assertThat(batcher.results(List.of(1))).containsExactly(2);
            assertThat(System.nanoTime() - start).isBetween(SHORT, LONG / 4);
        }
    }

    @Test
    void fewSizesOfBatchesOccur() throws Exception {
        inFlight.set(2);
        try (Batcher<Integer, Integer> batcher = doubling(new Batching(24, 0, 2, 100, 10))) {
            assertThat(batcher.results(numbers(63)))
                    .containsExactlyElementsOf(numbers(63).stream().map(i -> 2 * i).toList());
            assertThat(batches).containsExactlyInAnyOrder(24, 24, 8, 4, 2, 1);
            assertThat(new Batching(24, 0, 1, 1, 1).sizes()).containsExactly(1, 2, 4, 8, 16, 24);
        }
    }

    @Test
    void aFullQueueAndALateAnswerAreRefused() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (Batcher<Integer, Integer> batcher = new Batcher<>("test", new Batching(1, 0, 1, 4, 1), inFlight::get,
                items -> {
                    awaitQuietly(go);
                    return items;
                }, batches::add);
                ExecutorService clients = Executors.newFixedThreadPool(2)) {
            Future<List<Integer>> computed = clients.submit(() -> batcher.results(List.of(1)));
            await(() -> batches.size() == 1);
            Future<List<Integer>> late = clients.submit(() -> batcher.results(numbers(4)));
            await(() -> batcher.waiting() == 4);
            Refusal full = catchThrowableOfType(Refusal.class, () -> batcher.results(List.of(1)));
            assertThat(full.status()).isEqualTo(429);
            assertThat(full.headers()).containsKey("Retry-After");
            assertThatThrownBy(late::get).isInstanceOf(ExecutionException.class)
                    .satisfies(e -> assertThat(((Refusal) e.getCause()).status()).isEqualTo(503))
                    .hasMessageContaining("took longer than 1 s");
            assertThat(batcher.waiting()).isZero(); // nobody waits for them
            go.countDown();
            assertThat(computed.get()).containsExactly(1);
        }
    }

    @Test
    void anErrorIsReportedAndTheNextRequestIsAnswered() throws Exception {
        inFlight.set(2);
        try (Batcher<Integer, Integer> batcher = new Batcher<>("test", new Batching(4, 0, 1, 10, 5), inFlight::get,
                items -> items.stream().map(item -> 6 / item).toList(), batches::add)) {
            assertThatThrownBy(() -> batcher.results(List.of(0))).isInstanceOf(ArithmeticException.class);
            assertThat(batcher.results(List.of(2))).containsExactly(3);
        }
    }

    @Test
    void aClosedBatcherComputesWhatWaits() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        inFlight.set(5);
        Batcher<Integer, Integer> batcher = new Batcher<>("test", new Batching(2, LONG, 3, 10, 10), inFlight::get,
                items -> {
                    awaitQuietly(go);
                    return items;
                }, batches::add);
        try (ExecutorService clients = Executors.newFixedThreadPool(2)) {
            Future<List<Integer>> results = clients.submit(() -> batcher.results(numbers(7)));
            Future<List<Integer>> alone = clients.submit(() -> batcher.results(List.of(9)));
            await(() -> batches.size() == 3 && batcher.waiting() == 2);
            batcher.close();
            go.countDown();
            assertThat(results.get()).isEqualTo(numbers(7));
            assertThat(alone.get()).containsExactly(9);
            assertThatThrownBy(() -> batcher.results(List.of(1))).isInstanceOf(Refusal.class);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until something is true that other threads bring about. */
    static void await(Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            Thread.sleep(5);
        }
    }
}
