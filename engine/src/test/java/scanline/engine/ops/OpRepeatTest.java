package scanline.engine.ops;

import static scanline.engine.tensor.Numbers.assertSameBits;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.tensor.Predictor;

/** Every op of {@link Ops} gives the bits of a pass when a predictor repeats it for other values of its first input. */
class OpRepeatTest {
    @ParameterizedTest
    @MethodSource("scanline.engine.ops.Ops#all")
    void aRepeatedOpHasTheBitsOfAPass(Op op) {
        for (Sample sample : op.samples()) {
            for (int threads : new int[] {1, 3}) {
                try (CpuBackend backend = new CpuBackend(1)) {
                    Trial trial = new Trial(backend, sample);
                    float[] given = sample.values(sample.inputs().getFirst());
                    float[] expected = trial.infer(sample.formula(), given);
                    try (Predictor predictor = trial.predictor(sample.formula(), threads)) {
                        for (float factor : new float[] {1, 0.5f, 1}) {
                            float[] x = scaled(given, factor);
                            float[] y = new float[expected.length];
                            predictor.predict(x, 1, y);
                            assertSameBits(op + ", " + sample + ", factor " + factor, y,
                                    trial.infer(sample.formula(), x));
                        }
                    }
                }
            }
        }
    }

    private static float[] scaled(float[] x, float factor) {
        float[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] *= factor;
        }
        return y;
    }
}
