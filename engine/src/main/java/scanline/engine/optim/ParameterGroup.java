package scanline.engine.optim;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

import scanline.engine.tensor.NamePattern;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Weights;

/**
 * How an optimizer treats the parameters of certain names; PyTorch's parameter groups, chosen by name. A parameter
 * belongs to the first group whose pattern matches its name, and is treated as usual if none does.
 *
 * @param names
 *            a {@link NamePattern} of the names, such as {@code lstm.*} or {@code *.bias}
 * @param rateFactor
 *            multiplies the learning rate, positive
 * @param decay
 *            whether the rule's weight decay applies
 * @param frozen
 *            whether the parameters keep their values
 */
public record ParameterGroup(String names, double rateFactor, boolean decay, boolean frozen) {
    /** The treatment of a parameter that belongs to no other group. */
    static final ParameterGroup USUAL = new ParameterGroup("*", 1, true, false);

    /**
     * Checks the pattern and the factor.
     *
     * @throws IllegalArgumentException
     *             if the pattern is blank, or the factor is not positive
     */
    public ParameterGroup {
        new NamePattern(names); // rejects a blank one
        Hyperparameter.require(rateFactor > 0, "rateFactor", "positive", rateFactor);
    }

    /** Returns a group that is treated as usual, to be changed by the methods below. */
    public static ParameterGroup of(String names) {
        return new ParameterGroup(names, 1, true, false);
    }

    /** Returns the group with a factor of the learning rate. */
    public ParameterGroup withRateFactor(double factor) {
        return new ParameterGroup(names, factor, decay, frozen);
    }

    /** Returns the group without weight decay. */
    public ParameterGroup withoutDecay() {
        return new ParameterGroup(names, rateFactor, false, frozen);
    }

    /** Returns the group frozen: its parameters keep their values. */
    public ParameterGroup whenFrozen() {
        return new ParameterGroup(names, rateFactor, decay, true);
    }

    /** Returns whether the pattern matches a whole name. */
    public boolean matches(String name) {
        return new NamePattern(names).matches(name);
    }

    /**
     * Returns the group of every parameter, in the order of the parameters, and {@link Weights#freeze freezes} those of
     * frozen groups.
     *
     * @throws IllegalArgumentException
     *             if a group has no parameter, where the message names the parameter whose name is nearest to its
     *             pattern, or if every parameter is frozen; none is frozen by the call then
     */
    public static List<ParameterGroup> assign(List<ParameterGroup> groups, Weights weights) {
        List<ParameterGroup> assigned = new ArrayList<>();
        BitSet used = new BitSet(groups.size());
        for (Parameter parameter : weights.parameters()) {
            int first = IntStream.range(0, groups.size()).filter(i -> groups.get(i).matches(parameter.name()))
                    .findFirst().orElse(-1);
            if (first < 0) {
                assigned.add(USUAL);
            } else {
                assigned.add(groups.get(first));
                used.set(first);
            }
        }
        int empty = used.nextClearBit(0);
        if (empty < groups.size()) {
            throw new IllegalArgumentException(groups.get(empty).reasonToBeEmpty(weights));
        }
        List<String> frozen = IntStream.range(0, assigned.size()).filter(i -> assigned.get(i).frozen())
                .mapToObj(i -> weights.parameters().get(i).name()).toList();
        if (!frozen.isEmpty() && frozen.containsAll(weights.learned().stream().map(Parameter::name).toList())) {
            throw new IllegalArgumentException("every parameter is frozen, so there is nothing to learn");
        }
        frozen.forEach(weights::freeze);
        return assigned;
    }

    private String reasonToBeEmpty(Weights weights) {
        List<String> all = weights.parameters().stream().map(Parameter::name).toList();
        if (all.stream().anyMatch(this::matches)) {
            return "every parameter that \"" + names + "\" matches belongs to an earlier group";
        }
        String nearest = new NamePattern(names).nearest(all);
        return "no parameter matches \"" + names + "\"" + (nearest.isEmpty() ? "" : "; the nearest is " + nearest);
    }
}
