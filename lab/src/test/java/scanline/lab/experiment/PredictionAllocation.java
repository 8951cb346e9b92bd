package scanline.lab.experiment;

import java.lang.management.ManagementFactory;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import scanline.engine.tensor.Predictor;
import scanline.engine.tensor.Shape;
import scanline.lab.model.Classifier;
import scanline.lab.model.Model;
import scanline.lab.recipe.Recipe;

/** Prints how many bytes of heap predictions by some recipes allocate, on all threads, once the code has been compiled. */
final class PredictionAllocation {
    private static final int PREDICTIONS = 50;
    private static final int THREADS = 2;

    private PredictionAllocation() {}

    /** {@code PredictionAllocation WARM_UP_PREDICTIONS RECIPE...}, as {@link StepAllocation} reads them. */
    public static void main(String[] arguments) throws JMException {
        int warmUp = Integer.parseInt(arguments[0]);
        for (String name : List.of(arguments).subList(1, arguments.length)) {
            Recipe recipe = StepAllocation.recipe(name);
            try (Experiment experiment = new Experiment(recipe, 1)) {
                if (experiment.network() instanceof Classifier) {
                    Model.Input input = experiment.input();
                    try (Predictor predictor = Predictor.of(experiment.weights(),
                            weights -> ((Classifier) recipe.model().build(weights, input))::forward,
                            batch -> Shape.of(input.steps(), batch, input.features()), THREADS)) {
                        for (int batch : new int[] {1, 9}) {
                            float[] x = new float[input.steps() * batch * input.features()];
                            float[] y = new float[batch * input.classes()];
                            predict(predictor, x, batch, y, warmUp);
                            long nothing = bytes(predictor, x, batch, y, 0);
                            long some = bytes(predictor, x, batch, y, PREDICTIONS);
                            System.out.println(name + " " + batch + " " + Math.max(0, some - nothing) / PREDICTIONS);
                        }
                    }
                }
            }
        }
    }

    /** The bytes that predictions allocate, and that measuring them allocates: the least of a few times. */
    private static long bytes(Predictor predictor, float[] x, int batch, float[] y, int times) throws JMException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = allocated();
            predict(predictor, x, batch, y, times);
            least = Math.min(least, allocated() - before);
        }
        return least;
    }

    private static void predict(Predictor predictor, float[] x, int batch, float[] y, int times) {
        for (int i = 0; i < times; i++) {
            predictor.predict(x, batch, y);
        }
    }

    /** The bytes that this thread and those of teams have allocated. */
    private static long allocated() throws JMException {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        long bytes = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread == Thread.currentThread() || thread.getName().startsWith("scanline-")) {
                bytes += (Long) server.invoke(new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                        "getThreadAllocatedBytes", new Object[] {thread.threadId()}, new String[] {"long"});
            }
        }
        return bytes;
    }
}
