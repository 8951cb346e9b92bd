package scanline.engine.optim;

import java.util.ArrayList;
import java.util.List;

import scanline.engine.backend.Buffer;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * An optimizer: an {@link UpdateRule} for the parameters of a model, with its state and the number of steps taken.
 * {@link ParameterGroup Groups} of parameters may learn at another rate, without weight decay, or not at all.
 */
public final class Optimizer {
    /**
     * A part of the optimizer's state for one parameter, such as its momentum.
     *
     * @param name the name of the part, a dot, and the name of the parameter
     * @param shape the shape of the parameter
     * @param values the buffer with the values
     */
    public record Slot(String name, Shape shape, Buffer values) {}

    private final UpdateRule rule;
    private final Weights weights;
    private final List<ParameterUpdate> updates = new ArrayList<>();
    private final List<Parameter> parameters;
    private long steps;

    /** Creates an optimizer of all parameters that has not taken any steps. */
    public Optimizer(UpdateRule rule, Weights weights) {
        this(rule, weights, List.of());
    }

    /**
     * Creates an optimizer that treats groups of parameters differently and has not taken any steps.
     *
     * @param groups
     *            the groups; a parameter belongs to the first one whose pattern matches its name
     * @throws IllegalArgumentException
     *             if a group has no parameter
     */
    public Optimizer(UpdateRule rule, Weights weights, List<ParameterGroup> groups) {
        this.rule = rule;
        this.weights = weights;
        List<ParameterGroup> assigned = ParameterGroup.assign(groups, weights);
        for (int i = 0; i < assigned.size(); i++) {
            if (!assigned.get(i).frozen()) {
                Parameter parameter = weights.parameters().get(i);
                List<Buffer> slots = new ArrayList<>();
                for (int j = 0; j < rule.slots().size(); j++) {
                    slots.add(weights.backend().allocate(parameter.shape().elements()));
                }
                updates.add(new ParameterUpdate(weights.backend(), parameter, slots, assigned.get(i)));
            }
        }
        parameters = updates.stream().map(ParameterUpdate::parameter).toList();
    }

    /** The parameters that the optimizer updates: all that are not frozen. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /**
     * Takes a whole training step: computes the gradients of a loss, without those of earlier steps, and updates every
     * parameter.
     *
     * @param loss
     *            the loss, [1], on a tape that is still open
     * @throws IllegalArgumentException
     *             as {@link scanline.engine.tensor.Tape#backward}
     */
    public void step(Tensor loss) {
        weights.clearGradients();
        loss.backward();
        step();
    }

    /** Updates every parameter with its gradient, at the rule's learning rate. */
    public void step() {
        step(1);
    }

    /**
     * Updates every parameter with its gradient, at a multiple of the rule's learning rate.
     *
     * @param factor
     *            multiplies the learning rate, such as the factor of a {@link Schedule}
     */
    public void step(double factor) {
        steps++;
        double rate = rule.rate() * factor;
        for (ParameterUpdate update : updates) {
            update.at(rate, steps);
        }
        if (!updates.isEmpty()) {
            rule.updateAll(updates);
        }
    }

    /** The number of steps taken. */
    public long steps() {
        return steps;
    }

    /** Sets the number of steps taken, when the {@link #state} is restored. */
    public void steps(long done) {
        steps = done;
    }

    /** Returns the complete state apart from {@link #steps()}, to be saved and restored. */
    public List<Slot> state() {
        List<Slot> state = new ArrayList<>();
        for (ParameterUpdate update : updates) {
            Parameter parameter = update.parameter();
            for (int i = 0; i < rule.slots().size(); i++) {
                state.add(new Slot(rule.slots().get(i) + "." + parameter.name(), parameter.shape(), update.slot(i)));
            }
        }
        return state;
    }
}
