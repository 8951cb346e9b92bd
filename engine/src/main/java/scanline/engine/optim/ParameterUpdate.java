package scanline.engine.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.geometry.Learned;
import scanline.engine.tensor.Parameter;

/**
 * The update of one parameter in one step, with everything that an {@link UpdateRule} needs for it. An optimizer has
 * one for each parameter and reuses it, so a rule must not keep it.
 */
public final class ParameterUpdate {
    private final Backend backend;
    private final Parameter parameter;
    private final Learned<Buffer> learned;
    private final ParameterGroup group;
    private double rate;
    private long step;

    ParameterUpdate(Backend backend, Parameter parameter, List<Buffer> slots, ParameterGroup group) {
        this.backend = backend;
        this.parameter = parameter;
        learned = new Learned<>(parameter.value(), parameter.gradient(), slots);
        this.group = group;
    }

    /**
     * Moves to a step.
     *
     * @param newRate
     *            the learning rate of the step, before the factor of the parameter's group
     */
    void at(double newRate, long newStep) {
        rate = newRate * group.rateFactor();
        step = newStep;
    }

    /** The backend that holds the parameter and its state, and can compute with them. */
    public Backend backend() {
        return backend;
    }

    /** The parameter, with its value and its gradient. */
    public Parameter parameter() {
        return parameter;
    }

    /** The number of elements in the parameter, and in each of its state buffers. */
    public int elements() {
        return parameter.shape().elements();
    }

    /** Returns a state buffer of the parameter, by its position in {@link UpdateRule#slots()}. */
    public Buffer slot(int i) {
        return learned.state().get(i);
    }

    /** The backend that holds all of these parameters. */
    static Backend backend(List<ParameterUpdate> updates) {
        return updates.getFirst().backend;
    }

    /** Returns what a backend updates: the value, the gradient and the state of each of some parameters. */
    static List<Learned<Buffer>> learned(List<ParameterUpdate> updates) {
        List<Learned<Buffer>> learned = new ArrayList<>(updates.size());
        for (ParameterUpdate update : updates) {
            learned.add(update.learned);
        }
        return learned;
    }

    /** Returns the hyperparameters of each update, computed once for neighbors of one group. */
    static <S> List<S> steps(List<ParameterUpdate> updates, Function<ParameterUpdate, S> step) {
        List<S> steps = new ArrayList<>(updates.size());
        for (int i = 0; i < updates.size(); i++) {
            steps.add(i > 0 && updates.get(i).group.equals(updates.get(i - 1).group)
                    ? steps.getLast()
                    : step.apply(updates.get(i)));
        }
        return steps;
    }

    /** The learning rate of this step for this parameter. */
    public double rate() {
        return rate;
    }

    /** Returns the weight decay for this parameter: the one given, or 0 where its group has none. */
    public double decay(double weightDecay) {
        return group.decay() ? weightDecay : 0;
    }

    /** The number of this step, from 1. */
    public long step() {
        return step;
    }
}
