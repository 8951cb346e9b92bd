package scanline.engine.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tensor;

/**
 * The mean of all steps so far, {@code m[t] = (x[0] + ... + x[t]) / (t + 1)}, so that a model that classifies the mean
 * over time can also read a stream. On the backend {@code cpu}, the mean after the last step has the bits of
 * {@link Tensor#meanOverSteps}, if B H is more than 1: steps are added in the same order, in chains of 1024.
 *
 * <p>
 * The state is the sum of the finished chains, that of the present one, its number of steps and that of all, both with
 * the next step, and the number 1: 2 H + 3 values. There can be 2^24 steps.
 */
public final class RunningMean implements SequenceLayer {
    private static final int CHAIN = 1024;

    private final int width;

    /** Creates the mean of steps of H values. */
    public RunningMean(int width) {
        this.width = width;
    }

    @Override
    public Tensor forward(Tensor x) {
        int steps = x.shape().requireAxes("a sequence", 3).size(0);
        Tensor none = x.step(0).abs().scale(0f); // zeros
        Tensor finished = none;
        Tensor chain = none;
        List<Tensor> means = new ArrayList<>();
        for (int t = 0; t < steps; t++) {
            chain = chain.add(x.step(t));
            Tensor sum = t < CHAIN ? chain : finished.add(chain);
            means.add(sum.scale(1f / (t + 1)));
            if ((t + 1) % CHAIN == 0) {
                finished = sum;
                chain = none;
            }
        }
        return Shaping.stack(means);
    }

    @Override
    public int stateSize() {
        return 2 * width + 3;
    }

    @Override
    public float[] initialState() {
        float[] state = new float[stateSize()];
        Arrays.fill(state, 2 * width, state.length, 1f);
        return state;
    }

    @Override
    public Step step(Tensor x, Tensor state) {
        Tensor finished = state.columns(0, width);
        Tensor chain = state.columns(width, 2 * width).add(x);
        Tensor inChain = state.columns(2 * width, 2 * width + 1);
        Tensor all = state.columns(2 * width + 1, 2 * width + 2);
        Tensor one = state.columns(2 * width + 2, 2 * width + 3);
        Tensor mean = finished.add(chain).multiply(one.divide(all));
        // 1 after the last step of a chain, whose sum then moves to those of the finished ones; 0 otherwise
        Tensor full = inChain.subtract(one.scale(CHAIN - 1)).relu();
        Tensor rest = one.subtract(full);
        return new Step(mean, Shaping.concat(List.of(finished.add(chain.multiply(full)), chain.multiply(rest),
                inChain.multiply(rest).add(one), all.add(one), one), 1));
    }
}
