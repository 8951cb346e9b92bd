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
    private long steps;

    /** Creates an optimizer of all parameters that are not frozen; it has not taken any steps. */
    public Optimizer(UpdateRule rule, Weights weights) {
        this(rule, weights, List.of());
    }

    /**
     * Creates an optimizer that treats groups of parameters differently and has not taken any steps. It
     * {@link Weights#freeze freezes} the parameters of frozen groups, so create it before the first pass.
     *
     * @param groups
     *            the groups; a parameter belongs to the first one whose pattern matches its name
     * @throws IllegalArgumentException
     *             if a group has no parameter, or the groups freeze every parameter
     */
    public Optimizer(UpdateRule rule, Weights weights, List<ParameterGroup> groups) {
        this.rule = rule;
        this.weights = weights;
        List<ParameterGroup> assigned = ParameterGroup.assign(groups, weights);
        for (int i = 0; i < assigned.size(); i++) {
            Parameter parameter = weights.parameters().get(i);
            if (parameter.needsGradient()) {
                List<Buffer> slots = new ArrayList<>();
                for (int j = 0; j < rule.slots().size(); j++) {
                    slots.add(weights.backend().allocate(parameter.shape().elements()));
                }
                updates.add(new ParameterUpdate(weights.backend(), parameter, slots, assigned.get(i)));
            }
        }
    }

    /** The parameters that the optimizer updates: all that were not frozen when it was created, and are not now. */
    public List<Parameter> parameters() {
        return updates.stream().map(ParameterUpdate::parameter).filter(Tensor::needsGradient).toList();
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
        List<ParameterUpdate> learning = updates.stream().filter(update -> update.parameter().needsGradient()).toList();
        learning.forEach(update -> update.at(rate, steps));
        if (!learning.isEmpty()) {
            rule.updateAll(learning);
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
