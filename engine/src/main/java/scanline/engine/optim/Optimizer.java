package scanline.engine.optim;

import java.util.ArrayList;
import java.util.List;

import scanline.engine.tensor.Buffer;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Weights;

/** An optimizer: an {@link UpdateRule} for the parameters of a model, with its state and the number of steps taken. */
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
    private final List<List<Buffer>> slots = new ArrayList<>();
    private long steps;

    /** Creates an optimizer that has not taken any steps. */
    public Optimizer(UpdateRule rule, Weights weights) {
        this.rule = rule;
        this.weights = weights;
        for (Parameter parameter : weights.parameters()) {
            List<Buffer> buffers = new ArrayList<>();
            for (int i = 0; i < rule.slots().size(); i++) {
                buffers.add(weights.backend().allocate(parameter.shape().elements()));
            }
            slots.add(buffers);
        }
    }

    /** Updates every parameter with its gradient, at a learning rate. */
    public void step(double rate) {
        steps++;
        List<Parameter> parameters = weights.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            rule.update(weights.backend(), parameters.get(i), slots.get(i), rate, steps);
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
        List<Parameter> parameters = weights.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            for (int j = 0; j < rule.slots().size(); j++) {
                state.add(new Slot(rule.slots().get(j) + "." + parameter.name(), parameter.shape(),
                        slots.get(i).get(j)));
            }
        }
        return state;
    }
}
