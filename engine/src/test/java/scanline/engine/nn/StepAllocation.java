package scanline.engine.nn;

import scanline.engine.cpu.CpuBackend;
import scanline.engine.geometry.CellKind;

/**
 * Prints how many bytes of heap a step of training allocates, in a JVM that collects no garbage meanwhile and whose steps wait
 * for the compiler.
 */
public final class StepAllocation {
    // Until all of it has been compiled for good: the Vector API allocates an object a vector before that. A tile that a
    // step needs only for the rows left over is late.
    private static final int WARM_UP = 1500;
    private static final int MEASURED = 100;

    private StepAllocation() {}

    /** {@code StepAllocation THREADS recurrent}, {@code transformer}, {@code decoder} or {@code images}. */
    public static void main(String[] arguments) {
        try (CpuBackend backend = new CpuBackend(Integer.parseInt(arguments[0]))) {
            Runnable step = switch (arguments[1]) {
                case "images" -> new ImageClassifier(backend, 16, 12, 12, 16, 32)::step;
                case "transformer" -> TransformerClassifier.of(backend, 25, 16, 28, 32, 4, 16)::step;
                case "decoder" -> WordClassifier.of(backend, 16, 16, 28, 32, 4, 8)::step;
                default -> Classifier.recurrent(backend, CellKind.LSTM, 8, 16, 28, 32)::step;
            };
            System.out.println("bytes " + measured(step));
        }
    }

    private static long measured(Runnable step) {
        for (int i = 0; i < WARM_UP; i++) {
            step.run();
        }
        long before = used();
        for (int i = 0; i < MEASURED; i++) {
            step.run();
        }
        return (used() - before) / MEASURED;
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
