package scanline.engine.kernel;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

/**
 * A fixed team of threads that runs one task at a time, each member on its own part of the rows. Work is divided by
 * position, never given to whichever thread is free, so the work of a thread does not depend on timing. The thread that
 * calls {@link #run} is member 0.
 */
public final class Parallel implements AutoCloseable {
    /** A task that every member of the team runs on its own part. */
    @FunctionalInterface
    public interface Task {
        /**
         * Runs one part.
         *
         * @param part
         *            the index of the part, from 0
         * @param parts
         *            the number of parts
         */
        void run(int part, int parts);
    }

    /** A member's work on rows {@code from..to}. */
    @FunctionalInterface
    public interface Rows {
        /** Processes some rows. */
        void run(int from, int to);
    }

    // Below these sizes, waking the other threads takes longer than the work itself.
    private static final int ELEMENTS_A_THREAD = 16_384;
    private static final long PRODUCTS_A_THREAD = 100_000;

    // Up to a millisecond of spinning: longer than the pause between two kernels of a training step, shorter than
    // anything a person notices. With more threads than processors, spinning only takes time away from the threads that
    // work.
    private static final int SPINS = 20_000;
    private static final long PARK_NANOS = 20_000;
    // The first spins do not pause, because a pause takes longer than a cache line needs between two processors.
    private static final int EAGER_SPINS = 64;
    private static final int MEETING_BITS = 20; // more meetings than a sequence has steps
    private static final int LINE = 16; // longs: two cache lines, since processors fetch them in pairs

    private final int threads;
    private final int spins;
    private final Thread[] workers;
    // Each member writes to cache lines of its own, which the others only read: what one has written then reaches another
    // in a single transfer.
    private final AtomicLongArray met; // the round, and in the last bits the number of meetings in it
    private final AtomicLongArray done; // the last round whose task a member has ended
    private final AtomicLongArray asleep; // 1 while a member may be parked
    private volatile long round;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    private @Nullable Task task; // published by the round
    private @Nullable Plan recorded;
    private final Both both = new Both();

    /** Two tasks, between which all members meet; one object for all, because a training step has hundreds of them. */
    private final class Both implements Task {
        private Task first = (_, _) -> {};
        private Task second = first;

        @Override
        public void run(int part, int parts) {
            first.run(part, parts);
            meet(part, parts);
            second.run(part, parts);
        }
    }

    /**
     * Starts a team.
     *
     * @throws IllegalArgumentException
     *             if {@code threads} is not positive
     */
    public Parallel(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        this.threads = threads;
        this.spins = threads <= Runtime.getRuntime().availableProcessors() ? SPINS : 1;
        met = new AtomicLongArray((threads + 1) * LINE);
        done = new AtomicLongArray((threads + 1) * LINE);
        asleep = new AtomicLongArray((threads + 1) * LINE);
        this.workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            int part = i + 1;
            workers[i] = Thread.ofPlatform().daemon().name("scanline-" + part).unstarted(() -> work(part));
        }
        for (Thread worker : workers) {
            worker.start();
        }
    }

    /** The number of threads of the team. */
    public int threads() {
        return threads;
    }

    /** The first row of a part when {@code rows} are divided evenly; the part ends where the next one starts. */
    public static int from(int part, int parts, int rows) {
        return (int) ((long) rows * part / parts);
    }

    /**
     * Runs the task on every member and returns when all are done. If a member throws an exception, it is rethrown.
     *
     * @throws IllegalStateException
     *             if the team is closed
     */
    public synchronized void run(Task newTask) {
        if (recorded != null) {
            recorded.add(newTask, true);
        }
        if (closed) {
            throw new IllegalStateException("this thread team is closed");
        }
        if (threads == 1) {
            newTask.run(0, 1);
            return;
        }
        if (failure != null) {
            failure = null;
        }
        task = newTask;
        long now = round + 1;
        round = now;
        for (int part = 1; part < threads; part++) {
            if (asleep.get(line(part)) != 0) {
                LockSupport.unpark(workers[part - 1]);
            }
        }
        part(newTask, 0);
        for (int part = 1; part < threads; part++) {
            for (int spin = 0; done.getAcquire(line(part)) != now; spin++) {
                pause(spin);
            }
        }
        task = null;
        Throwable thrown = failure;
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
    }

    /** As {@link #run(Task)}, but a task with few products is a single part, which the caller runs alone. */
    public void run(long products, Task newTask) {
        if (products < 2 * PRODUCTS_A_THREAD) {
            alone(newTask);
        } else {
            run(newTask);
        }
    }

    /**
     * As {@link #run(Task)}, for a task of two parts, between which all members meet. The first part writes to
     * {@code packed} and depends on nothing but weights: if the pass is recorded, it runs once and never again.
     */
    public void run(Packed packed, Task prepare, Task rest) {
        run(Long.MAX_VALUE, packed, prepare, rest);
    }

    /** As {@link #run(Packed, Task, Task)}, but a task with few products is run by the caller alone. */
    public void run(long products, Packed packed, Task prepare, Task rest) {
        Plan plan = recorded;
        if (plan == null) {
            both.first = prepare;
            both.second = rest;
            run(products, both);
        } else {
            recorded = null;
            packed.once(() -> run(prepare));
            recorded = plan;
            run(products, rest);
        }
    }

    /** Runs a task as a single part, on the thread that calls. */
    public void alone(Task task) {
        if (recorded != null) {
            recorded.add(task, false);
        }
        task.run(0, 1);
    }

    /**
     * Runs a pass, and records the tasks that it gives to this team, to run them again.
     *
     * @throws IllegalStateException
     *             if a pass is being recorded
     */
    public Plan record(Runnable pass) {
        if (recorded != null) {
            throw new IllegalStateException("a pass is being recorded already");
        }
        Plan plan = new Plan(this);
        recorded = plan;
        try {
            pass.run();
        } finally {
            recorded = null;
        }
        return plan;
    }

    /** Returns whether a pass is being recorded, whose tasks must not share their work space. */
    public boolean isRecording() {
        return recorded != null;
    }

    /**
     * Divides rows of n elements each among the members; if there are few elements, the caller processes them alone.
     */
    public void rows(int rows, int n, Rows some) {
        if ((long) rows * n < 2 * ELEMENTS_A_THREAD) {
            if (recorded == null) {
                some.run(0, rows);
            } else {
                alone((part, parts) -> some.run(0, rows));
            }
        } else {
            run((part, parts) -> some.run(from(part, parts, rows), from(part + 1, parts, rows)));
        }
    }

    /** A member's work on {@code n} elements of block i, from {@code at} on. */
    @FunctionalInterface
    public interface Part {
        /** Processes some elements. */
        void run(int i, int at, int n);
    }

    /**
     * Divides the elements of each of some blocks among the members; if there are few in total, the caller processes
     * them alone.
     */
    public void blocks(int[] lengths, Part part) {
        Task task = (member, members) -> {
            for (int i = 0; i < lengths.length; i++) {
                int at = from(member, members, lengths[i]);
                part.run(i, at, from(member + 1, members, lengths[i]) - at);
            }
        };
        if (total(lengths) < 2 * ELEMENTS_A_THREAD) {
            alone(task);
        } else {
            run(task);
        }
    }

    /** Gives each member some of the blocks; if they have few elements in total, the caller processes all of them. */
    public void wholeBlocks(int[] lengths, IntConsumer block) {
        Task turns = (member, members) -> {
            for (int i = member; i < lengths.length; i += members) {
                block.accept(i);
            }
        };
        if (total(lengths) < 2 * ELEMENTS_A_THREAD) {
            alone(turns);
        } else {
            run(turns);
        }
    }

    private static long total(int[] lengths) {
        long total = 0;
        for (int length : lengths) {
            total += length;
        }
        return total;
    }

    private static int line(int part) {
        return (part + 1) * LINE;
    }

    /**
     * Waits, inside a task, until the first {@code members} members, always the same number in a task, have called this
     * method. Everything that a member wrote before is then visible to all of them. A single one does not wait.
     *
     * @param part
     *            the index of the member that calls
     * @throws IllegalStateException
     *             if another member failed, so waiting would never end
     */
    public void meet(int part, int members) {
        if (members == 1) {
            return;
        }
        long start = round << MEETING_BITS;
        long before = met.getPlain(line(part));
        long here = (before < start ? start : before) + 1;
        met.setRelease(line(part), here);
        for (int other = 0; other < members; other++) {
            for (int spin = 0; met.getAcquire(line(other)) < here; spin++) {
                if (failure != null) {
                    throw new IllegalStateException("another thread of the team failed", failure);
                }
                pause(spin);
            }
        }
    }

    /** Ends the threads of the team. */
    @Override
    public void close() {
        closed = true;
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
    }

    private void work(int part) {
        long seen = 0;
        for (;;) {
            for (int spin = 0; round == seen; spin++) {
                if (closed) {
                    return;
                }
                if (spin < spins) {
                    spin(spin);
                } else {
                    asleep.set(line(part), 1);
                    if (round == seen) {
                        LockSupport.park(this);
                    }
                    asleep.set(line(part), 0);
                }
            }
            seen++;
            Task current = task;
            if (current != null) {
                part(current, part);
            }
            done.setRelease(line(part), seen);
        }
    }

    private void part(Task current, int part) {
        try {
            current.run(part, threads);
        } catch (RuntimeException | Error e) {
            if (failure == null) {
                failure = e;
            }
        }
    }

    private void pause(int spin) {
        if (spin < spins) {
            spin(spin);
        } else {
            // A yield would give a whole time slice to other threads.
            LockSupport.parkNanos(PARK_NANOS);
        }
    }

    private static void spin(int spin) {
        if (spin >= EAGER_SPINS) {
            Thread.onSpinWait();
        }
    }
}
