package scanline.lab.experiment;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import scanline.data.sequence.Batch;
import scanline.engine.backend.Backend;
import scanline.engine.tensor.Engine;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/** Prints how many bytes of heap a training step of some recipes allocates, once the code has been compiled. */
final class StepAllocation {
    private static final int STEPS = 20;

    private StepAllocation() {}

    /** {@code StepAllocation WARM_UP_STEPS RECIPE...}, where a recipe may be followed by another cell: lstm-rows+lem. */
    public static void main(String[] arguments) throws JMException {
        int warmUp = Integer.parseInt(arguments[0]);
        for (String name : List.of(arguments).subList(1, arguments.length)) {
            Recipe recipe = recipe(name, "batch=4");
            try (Experiment experiment = new Experiment(recipe, recipe.data().open(),
                    new Engine(Backend.load(Backend.DEFAULT, 1)))) {
                Learner learner = new Learner(experiment);
                // Always the same examples: another answer of a sequence may be longer, and needs buffers of its own.
                Batch batch = learner.batch(experiment.splits().epoch(0), 0);
                take(learner, batch, warmUp);
                long before = allocated();
                take(learner, batch, STEPS);
                System.out.println(name + " " + (allocated() - before) / STEPS);
            }
        }
    }

    /** Returns a recipe with the cell that may follow its name. */
    static Recipe recipe(String name, String... keys) {
        String[] words = name.split("\\+");
        List<String> all = new ArrayList<>(List.of(keys));
        List.of(words).subList(1, words.length).forEach(cell -> all.add("model.cell=" + cell));
        return Recipes.find(words[0], all);
    }

    private static void take(Learner learner, Batch batch, int steps) {
        for (int i = 0; i < steps; i++) {
            learner.learn(batch);
        }
    }

    /** The bytes that this thread has allocated; the type that has this method is in a module that nobody requires. */
    private static long allocated() throws JMException {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        return (Long) server.invoke(new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME), "getThreadAllocatedBytes",
                new Object[] {Thread.currentThread().threadId()}, new String[] {"long"});
    }
}
