package scanline.lab.experiment;

import java.lang.management.ManagementFactory;
import java.util.function.UnaryOperator;
import javax.management.JMException;
import javax.management.ObjectName;
import scanline.engine.backend.Backend;
import scanline.engine.nn.S4d;
import scanline.engine.optim.AdamW;
import scanline.engine.optim.Optimizer;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/** Prints how many bytes of heap a training step of a layer allocates, once the code has been compiled. */
final class LayerAllocation {
    private static final int STEPS = 20;
    private static final Shape INPUT = Shape.of(150, 3, 20);

    private LayerAllocation() {}

    /** {@code LayerAllocation WARM_UP_STEPS}. */
    public static void main(String[] arguments) throws JMException {
        try (Engine engine = new Engine(Backend.load(Backend.DEFAULT, 1))) {
            Weights weights = engine.weights(1);
            print("s4d", engine, weights, new S4d(weights, 20, 8, S4d.Initialization.LIN)::forward,
                    Integer.parseInt(arguments[0]));
        }
    }

    private static void print(String name, Engine engine, Weights weights, UnaryOperator<Tensor> layer, int warmUp)
            throws JMException {
        Optimizer optimizer = new Optimizer(AdamW.DEFAULT, weights);
        float[] x = new float[INPUT.elements()];
        RandomKey key = RandomKey.of(1, "input");
        key.uniform(x, 0, x.length, -1, 1);
        long before = 0;
        for (int step = 0; step < warmUp + STEPS; step++) {
            before = step == warmUp ? allocated() : before;
            weights.clearGradients();
            try (Tape tape = engine.training(key)) {
                Tensor y = layer.apply(tape.input(INPUT, x));
                tape.backward(y.multiply(y).sum());
            }
            optimizer.step();
        }
        System.out.println(name + " " + (allocated() - before) / STEPS);
    }

    /** The bytes that this thread has allocated; the type that has this method is in a module that nobody requires. */
    private static long allocated() throws JMException {
        return (Long) ManagementFactory.getPlatformMBeanServer().invoke(
                new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME), "getThreadAllocatedBytes",
                new Object[] {Thread.currentThread().threadId()}, new String[] {"long"});
    }
}
