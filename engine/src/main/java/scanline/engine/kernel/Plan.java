package scanline.engine.kernel;

import java.util.ArrayList;
import java.util.List;
import scanline.engine.kernel.Parallel.Task;

/**
 * The tasks of a pass in their order, to run them again: the same computations on the same arrays, with new values in
 * those of the input. Whatever depends on weights alone, such as packing them, was done when the pass was recorded.
 * Running a plan allocates nothing.
 */
public final class Plan {
    private final Parallel parallel;
    private final List<Task> tasks = new ArrayList<>();
    private final List<Boolean> divided = new ArrayList<>();

    Plan(Parallel parallel) {
        this.parallel = parallel;
    }

    void add(Task task, boolean isDivided) {
        tasks.add(task);
        divided.add(isDivided);
    }

    /** Runs the tasks; those that are large enough are divided among the threads of the team. */
    public void run() {
        for (int i = 0; i < tasks.size(); i++) {
            if (divided.get(i)) {
                parallel.run(tasks.get(i));
            } else {
                tasks.get(i).run(0, 1);
            }
        }
    }

    /** Runs the tasks on the thread that calls, with the same result. */
    public void runAlone() {
        for (int i = 0; i < tasks.size(); i++) {
            tasks.get(i).run(0, 1);
        }
    }
}
