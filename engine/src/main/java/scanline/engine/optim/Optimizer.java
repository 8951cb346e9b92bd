package scanline.engine.optim;

import java.util.ArrayList;
import java.util.List;

import scanline.engine.tensor.Buffer;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Weights;

/** An {@link UpdateRule} at work on the parameters of a model: what it remembers of each, and how many steps it took. */
public final class Optimizer {
    /**
     * What it remembers of one parameter.
     *
     * @param name what the rule calls it, a dot, and the name of the parameter
     * @param shape that of the parameter
     * @param values where it is
     */
    public record Slot(String name, Shape shape, Buffer values) {}

    private final UpdateRule rule;
    private final Weights weights;
    private final List<List<Buffer>> slots = new ArrayList<>();
    private long steps;

    /** An optimizer that has taken no step. */
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

    /** Changes every parameter by its gradient, at a learning rate. */
    public void step(double rate) {
        steps++;
        List<Parameter> parameters = weights.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            rule.update(weights.backend(), parameters.get(i), slots.get(i), rate, steps);
        }
    }

    /** How many steps it took. */
    public long steps() {
        return steps;
    }

    /** Sets how many steps it took, when its {@link #state} is restored. */
    public void steps(long done) {
        steps = done;
    }

    /** Everything that it remembers, to be saved and restored. */
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
