package scanline.engine.nn;

import scanline.engine.cpu.CpuBackend;
import scanline.engine.tensor.Recurrence;

/** Prints how many bytes of heap a step of training allocates, in a JVM that collects no garbage meanwhile. */
public final class StepAllocation {
    // Until all of it has been compiled for good: the Vector API allocates an object a vector before that. A tile that a
    // step needs only for the rows left over is late.
    private static final int WARM_UP = 1500;
    private static final int MEASURED = 100;

    private StepAllocation() {}

    /** {@code StepAllocation THREADS recurrent|transformer}. */
    public static void main(String[] arguments) {
        try (CpuBackend backend = new CpuBackend(Integer.parseInt(arguments[0]))) {
            Classifier classifier = arguments[1].equals("transformer")
                    ? TransformerClassifier.of(backend, 25, 16, 28, 32, 4, 16)
                    : Classifier.recurrent(backend, Recurrence.LSTM, 8, 16, 28, 32);
            for (int i = 0; i < WARM_UP; i++) {
                classifier.step();
            }
            long before = used();
            for (int i = 0; i < MEASURED; i++) {
                classifier.step();
            }
            System.out.println("bytes " + (used() - before) / MEASURED);
        }
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
