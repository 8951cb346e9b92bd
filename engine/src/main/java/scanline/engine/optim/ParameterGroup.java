package scanline.engine.optim;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Weights;

/**
 * How an optimizer treats the parameters of certain names; PyTorch's parameter groups, chosen by name. A parameter
 * belongs to the first group whose pattern matches its name, and is treated as usual if none does.
 *
 * @param names
 *            the pattern of the names, in which {@code *} stands for any text, such as {@code lstm.*} or {@code *.bias}
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
        if (names.isBlank()) {
            throw new IllegalArgumentException("names must be the pattern of a name, such as lstm.*, but is blank");
        }
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
        return pattern().matcher(name).matches();
    }

    private Pattern pattern() {
        StringBuilder regex = new StringBuilder();
        for (String text : names.split("\\*", -1)) {
            regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(text));
        }
        return Pattern.compile(regex.toString());
    }

    /**
     * Returns the group of every parameter, in the order of the parameters.
     *
     * @throws IllegalArgumentException
     *             if a group has no parameter; the message names the parameter whose name is nearest to its pattern
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
        return assigned;
    }

    private String reasonToBeEmpty(Weights weights) {
        List<String> all = weights.parameters().stream().map(Parameter::name).toList();
        if (all.stream().anyMatch(this::matches)) {
            return "every parameter that \"" + names + "\" matches belongs to an earlier group";
        }
        String nearest = all.stream().reduce((a, b) -> likeness(b) > likeness(a) ? b : a).orElse("");
        return "no parameter matches \"" + names + "\"" + (nearest.isEmpty() ? "" : "; the nearest is " + nearest);
    }

    /** Returns how many letters a name shares with the start and the end of the pattern. */
    private int likeness(String name) {
        int most = Math.min(names.length(), name.length());
        int start = 0;
        while (start < most && names.charAt(start) == name.charAt(start)) {
            start++;
        }
        int end = 0;
        while (end < most - start
                && names.charAt(names.length() - 1 - end) == name.charAt(name.length() - 1 - end)) {
            end++;
        }
        return start + end;
    }
}
