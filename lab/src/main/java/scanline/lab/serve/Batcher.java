package scanline.lab.serve;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import scanline.lab.http.Futures;
import scanline.lab.http.Refusal;

/**
 * Computes the results of items from many threads in batches. The queue of items is bounded. The first item waits a moment for
 * others if other requests are in flight, because their items may be about to arrive. The thread of a request that is alone
 * computes its results itself, because to wake another thread would take longer than many a model.
 */
final class Batcher<T, R> implements AutoCloseable {
    private final Batching batching;
    private final IntSupplier inFlight;
    private final Function<List<T>, List<R>> compute;
    private final IntConsumer formed;
    private final Lock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition company = lock.newCondition();
    private final Deque<Item> queue = new ArrayDeque<>();
    private int requests; // those with items in the queue
    private int computing;
    private boolean forming; // while a worker waits for company for the items in the queue
    private boolean closed;

    /** The items of a request. */
    private final class Asked {
        private final CompletableFuture<List<R>> done = new CompletableFuture<>();
        private final long since = System.nanoTime();
        private final AtomicReferenceArray<R> results;
        private final AtomicInteger missing;
        private int queued;

        Asked(int count) {
            results = new AtomicReferenceArray<>(count);
            missing = new AtomicInteger(count);
            queued = count;
        }

        void complete(int index, R result) {
            results.set(index, result);
            if (missing.decrementAndGet() == 0) {
                List<R> all = new ArrayList<>();
                for (int i = 0; i < results.length(); i++) {
                    all.add(results.get(i));
                }
                done.complete(all);
            }
        }
    }

    private final class Item {
        private final Asked asked;
        private final int index;
        private final T value;

        Item(Asked asked, int index, T value) {
            this.asked = asked;
            this.index = index;
            this.value = value;
        }
    }

    /**
     * Creates a batcher with threads of its own.
     *
     * @param name the name of its threads
     * @param inFlight the number of requests that have or may soon have items in the queue
     * @param compute the results of some items, in their order
     * @param formed receives the size of each batch
     */
    Batcher(String name, Batching batching, IntSupplier inFlight, Function<List<T>, List<R>> compute,
            IntConsumer formed) {
        this.batching = batching;
        this.inFlight = inFlight;
        this.compute = compute;
        this.formed = formed;
        for (int i = 0; i < batching.workers(); i++) {
            Thread.ofPlatform().daemon().name(name).start(this::work);
        }
    }

    /** The number of items that wait. */
    int waiting() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the results of some items, in their order.
     *
     * @throws Refusal if too many items wait, or the results are not there in time
     */
    List<R> results(List<T> items) throws IOException, InterruptedException {
        Asked asked = new Asked(items.size());
        List<Item> all = new ArrayList<>(items.size());
        for (T item : items) {
            all.add(new Item(asked, all.size(), item));
        }
        if (isAloneOrQueued(all)) {
            compute(all);
        }
        return await(asked);
    }

    /** Returns true if the caller is to compute the items; otherwise they are in the queue now. */
    private boolean isAloneOrQueued(List<Item> items) {
        int count = items.size();
        lock.lock();
        try {
            if (closed) {
                throw Refusal.later(503, "the model was closed", 1);
            }
            if (queue.isEmpty() && computing < batching.workers() && inFlight.getAsInt() <= 1
                    && batching.taken(count) == count) {
                computing++;
                return true;
            }
            if (queue.size() + count > batching.waiting()) {
                throw Refusal.later(429, "too many requests for this model at once", 1);
            }
            queue.addAll(items);
            requests++;
            if (!forming) {
                work.signal();
            } else if (isComplete()) {
                company.signal();
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Whether waiting longer would add nothing to the next batch. */
    private boolean isComplete() {
        return queue.size() >= batching.size() || inFlight.getAsInt() <= requests || closed;
    }

    private List<R> await(Asked asked) throws IOException, InterruptedException {
        boolean answered = false;
        try {
            List<R> results = Futures.await(asked.done, batching.seconds());
            answered = true;
            return results;
        } finally {
            if (!answered) {
                abandon(asked);
            }
        }
    }

    /** Removes the items of a request that nobody waits for any more. */
    private void abandon(Asked asked) {
        lock.lock();
        try {
            if (asked.queued > 0 && queue.removeIf(item -> item.asked == asked)) {
                requests--;
            }
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        try {
            for (List<Item> batch = next(); batch != null; batch = next()) {
                compute(batch);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // nobody does that
        }
    }

    /** Waits for the next batch; null after the last one. */
    private @Nullable List<Item> next() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                while (queue.isEmpty() || forming || computing >= batching.workers()) {
                    if (closed && queue.isEmpty()) {
                        work.signal(); // the next thread ends as well
                        return null;
                    }
                    work.await();
                }
                awaitCompany(queue.getFirst().asked.since + batching.waitNanos());
                List<Item> batch = taken();
                if (!queue.isEmpty()) {
                    work.signal();
                }
                if (!batch.isEmpty()) { // otherwise nobody waits for its items any more
                    computing++;
                    return batch;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitCompany(long until) throws InterruptedException {
        forming = true;
        try {
            for (long left = until - System.nanoTime(); left > 0 && !isComplete();) {
                left = company.awaitNanos(left);
            }
        } finally {
            forming = false;
        }
    }

    private List<Item> taken() {
        int count = queue.isEmpty() ? 0 : batching.taken(queue.size());
        List<Item> batch = new ArrayList<>(count);
        while (batch.size() < count) {
            Item item = queue.removeFirst();
            item.asked.queued--;
            requests -= item.asked.queued == 0 ? 1 : 0;
            batch.add(item);
        }
        return batch;
    }

    private void compute(List<Item> batch) {
        formed.accept(batch.size());
        try {
            List<R> results = compute.apply(batch.stream().map(item -> item.value).toList());
            for (int i = 0; i < batch.size(); i++) {
                Item item = batch.get(i);
                item.asked.complete(item.index, results.get(i));
            }
        } catch (RuntimeException | Error e) { // for those who wait: the worker lives on
            batch.forEach(item -> item.asked.done.completeExceptionally(e));
        } finally {
            lock.lock();
            try {
                computing--;
                work.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Ends the threads when the items that wait have been computed. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
            company.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
