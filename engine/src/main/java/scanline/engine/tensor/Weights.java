package scanline.engine.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Backend;
import scanline.engine.random.RandomKey;

/**
 * The parameters of a model. This class names, creates and collects them, and is the first argument of every layer's
 * constructor. The initial values of a parameter depend on the seed and its name alone, so adding a layer does not
 * change the others.
 */
public final class Weights {
    private final Backend backend;
    private final @Nullable RandomKey random;
    private final String scope;
    private final @Nullable LayerInfo layer;
    private final Map<String, Parameter> parameters;
    private final Map<String, Statistic> statistics;

    private Weights(Backend backend, @Nullable RandomKey random, String scope, @Nullable LayerInfo layer,
            Map<String, Parameter> parameters, Map<String, Statistic> statistics) {
        this.backend = backend;
        this.random = random;
        this.scope = scope;
        this.layer = layer;
        this.parameters = parameters;
        this.statistics = statistics;
    }

    Weights(Backend backend, long seed) {
        this(backend, RandomKey.of(seed, "weights"), "", null, new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    /** Creates a collection whose parameters stay zero. */
    Weights(Backend backend) {
        this(backend, null, "", null, new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    /** Returns a view of this collection in which names start with {@code name} and a dot. */
    public Weights scope(String name) {
        return new Weights(backend, random, scope + name + ".", layer, parameters, statistics);
    }

    /**
     * Returns a view of this collection whose parameters belong to one layer, by which {@link Trace#layers} groups what
     * a model computes. Within a layer it returns the view itself: the outermost layer counts.
     *
     * @param name
     *            the name of the layer within this scope; empty for that of the scope
     * @param kind
     *            the kind of layer, such as {@code Linear}
     * @param description
     *            a short description, such as {@code Linear 128 to 10}
     * @param formula
     *            what it computes
     */
    public Weights layer(String name, String kind, String description, String formula) {
        if (layer != null) {
            return this;
        }
        String fullName = name.isEmpty() && !scope.isEmpty() ? scope.substring(0, scope.length() - 1) : scope + name;
        return new Weights(backend, random, scope, new LayerInfo(fullName, kind, description, formula), parameters,
                statistics);
    }

    /** An initializer of a parameter. */
    @FunctionalInterface
    public interface Initial {
        /**
         * Sets the values, which are all zero before.
         *
         * @param values
         *            row-major
         * @param key
         *            the random key, which depends on the seed and the parameter's name
         */
        void fill(float[] values, RandomKey key);
    }

    /**
     * Creates a parameter with values uniform in -bound to bound.
     *
     * @throws IllegalArgumentException
     *             if the name is already in use
     */
    public Parameter uniform(String name, Shape shape, float bound) {
        return filled(name, shape, (values, key) -> key.uniform(values, 0, values.length, -bound, bound));
    }

    /**
     * Creates a parameter with these initial values.
     *
     * @throws IllegalArgumentException
     *             if the name is already in use
     */
    public Parameter filled(String name, Shape shape, Initial initial) {
        Parameter parameter = zeros(name, shape);
        if (random == null) {
            return parameter;
        }
        float[] values = new float[shape.elements()];
        initial.fill(values, random.purpose(parameter.name()));
        parameter.value().write(0, values, 0, values.length);
        return parameter;
    }

    /**
     * Creates a parameter filled with zeros.
     *
     * @throws IllegalArgumentException
     *             if the name is already in use
     */
    public Parameter zeros(String name, Shape shape) {
        String fullName = newName(name);
        Parameter parameter = new Parameter(fullName, shape, backend,
                layer == null ? LayerInfo.ofParameter(fullName) : layer);
        parameters.put(fullName, parameter);
        return parameter;
    }

    /**
     * Creates a part of the state that training tracks but does not learn, filled with {@code initial}.
     *
     * @throws IllegalArgumentException
     *             if the name is already in use
     */
    public Statistic statistic(String name, Shape shape, float initial) {
        Statistic statistic = statistic(name, shape);
        backend.fill(statistic.value(), 0, shape.elements(), initial);
        return statistic;
    }

    /**
     * Creates a part of the state that is not learned, with these initial values.
     *
     * @throws IllegalArgumentException
     *             if the name is already in use
     */
    public Statistic statistic(String name, Shape shape, Initial initial) {
        Statistic statistic = statistic(name, shape);
        if (random != null) {
            float[] values = new float[shape.elements()];
            initial.fill(values, random.purpose(statistic.name()));
            statistic.value().write(0, values, 0, values.length);
        }
        return statistic;
    }

    private Statistic statistic(String name, Shape shape) {
        String fullName = newName(name);
        Statistic statistic = new Statistic(fullName, shape, backend.allocate(shape.elements()));
        statistics.put(fullName, statistic);
        return statistic;
    }

    private String newName(String name) {
        String fullName = scope + name;
        if (parameters.containsKey(fullName) || statistics.containsKey(fullName)) {
            throw new IllegalArgumentException("two parameters are named " + fullName);
        }
        return fullName;
    }

    /** The parameters, in the order in which the layers created them. */
    public List<Parameter> parameters() {
        return Collections.unmodifiableList(new ArrayList<>(parameters.values()));
    }

    /** The statistics, which are tracked but not learned, in the order in which the layers created them. */
    public List<Statistic> statistics() {
        return Collections.unmodifiableList(new ArrayList<>(statistics.values()));
    }

    /** The number of learned values. */
    public long count() {
        return parameters.values().stream().mapToLong(parameter -> parameter.shape().elements()).sum();
    }

    /**
     * Describes the first value that is not finite, such as {@code a weight of fc.bias is NaN}; empty if all are
     * finite.
     */
    public Optional<String> nonFinite() {
        return Stream.concat(
                parameters.values().stream().flatMap(
                        parameter -> nonFinite("a weight of ", parameter.name(), parameter.values()).stream()),
                statistics.values().stream().flatMap(
                        statistic -> nonFinite("a value of ", statistic.name(), statistic.values()).stream()))
                .findFirst();
    }

    private static Optional<String> nonFinite(String what, String name, float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return Optional.of(what + name + " is " + value);
            }
        }
        return Optional.empty();
    }

    /** The parameters that are not {@link #freeze frozen}, in the order in which the layers created them. */
    public List<Parameter> learned() {
        return parameters.values().stream().filter(Tensor::needsGradient).toList();
    }

    /**
     * Freezes parameters, as PyTorch's {@code requires_grad_(False)}: they keep their values, their gradients are not
     * computed, and neither clipping nor an optimizer that is created afterwards knows them. Statistics, such as those
     * of a batch normalization, are still tracked while training.
     *
     * @param names
     *            a {@link NamePattern} of the full names, such as {@code encoder.*}
     * @return how many parameters the pattern matches
     * @throws IllegalArgumentException
     *             if it matches none; the message names the nearest
     */
    public int freeze(String names) {
        List<Parameter> matching = matching(names);
        matching.forEach(Parameter::freeze);
        return matching.size();
    }

    /**
     * Makes frozen parameters learn again. An optimizer that was created before does not update them; create a new one.
     *
     * @param names
     *            a {@link NamePattern} of the full names
     * @return how many parameters the pattern matches
     * @throws IllegalArgumentException
     *             if it matches none; the message names the nearest
     */
    public int unfreeze(String names) {
        List<Parameter> matching = matching(names);
        matching.forEach(Parameter::unfreeze);
        return matching.size();
    }

    private List<Parameter> matching(String names) {
        NamePattern pattern = new NamePattern(names);
        List<Parameter> matching = parameters.values().stream().filter(parameter -> pattern.matches(parameter.name()))
                .toList();
        if (matching.isEmpty()) {
            throw new IllegalArgumentException("no parameter matches \"" + names + "\"" + (parameters.isEmpty()
                    ? ""
                    : "; the nearest is " + pattern.nearest(parameters.keySet())));
        }
        return matching;
    }

    /** Sets every gradient to zero, before a pass adds to it. */
    public void clearGradients() {
        backend.fill(learned().stream().map(Parameter::gradient).toList(), 0f);
    }

    /** The backend that stores the parameters and computes with them. */
    public Backend backend() {
        return backend;
    }
}
