package scanline.engine.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import scanline.engine.random.RandomKey;

/**
 * The parameters of a model: names, makes and collects them. It is the first argument of every layer's constructor. The
 * first values of a parameter depend on the seed and its name alone, so adding a layer does not change the others.
 */
public final class Weights {
    private final Backend backend;
    private final RandomKey random;
    private final String scope;
    private final Map<String, Parameter> parameters;
    private final Map<String, Statistic> statistics;

    private Weights(Backend backend, RandomKey random, String scope, Map<String, Parameter> parameters,
            Map<String, Statistic> statistics) {
        this.backend = backend;
        this.random = random;
        this.scope = scope;
        this.parameters = parameters;
        this.statistics = statistics;
    }

    /** No parameters yet. */
    public Weights(Backend backend, long seed) {
        this(backend, RandomKey.of(seed, "weights"), "", new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    /** The same collection, in which names begin with {@code name} and a dot. */
    public Weights scope(String name) {
        return new Weights(backend, random, scope + name + ".", parameters, statistics);
    }

    /** How a parameter gets its first values. */
    @FunctionalInterface
    public interface Initial {
        /**
         * Sets the values, all zeros before.
         *
         * @param values
         *            row-major
         * @param key
         *            where random numbers come from: it depends on the seed and the parameter's name
         */
        void fill(float[] values, RandomKey key);
    }

    /** A new parameter with values uniform in -bound to bound. */
    public Parameter uniform(String name, Shape shape, float bound) {
        return filled(name, shape, (values, key) -> key.uniform(values, 0, values.length, -bound, bound));
    }

    /** A new parameter with these first values. */
    public Parameter filled(String name, Shape shape, Initial initial) {
        Parameter parameter = zeros(name, shape);
        float[] values = new float[shape.elements()];
        initial.fill(values, random.purpose(parameter.name()));
        parameter.value().write(0, values, 0, values.length);
        return parameter;
    }

    /**
     * A new parameter, filled with zeros.
     *
     * @throws IllegalArgumentException
     *             if the name is taken
     */
    public Parameter zeros(String name, Shape shape) {
        String fullName = newName(name);
        int elements = shape.elements();
        Parameter parameter = new Parameter(fullName, shape, backend.allocate(elements), backend.allocate(elements));
        parameters.put(fullName, parameter);
        return parameter;
    }

    /**
     * A new part of the state that training tracks and does not learn.
     *
     * @throws IllegalArgumentException
     *             if the name is taken
     */
    public Statistic statistic(String name, Shape shape, float initial) {
        String fullName = newName(name);
        Statistic statistic = new Statistic(fullName, shape, backend.allocate(shape.elements()));
        backend.fill(statistic.value(), 0, shape.elements(), initial);
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

    /** Every parameter, in the order in which the layers made them. */
    public List<Parameter> parameters() {
        return Collections.unmodifiableList(new ArrayList<>(parameters.values()));
    }

    /** What is tracked and not learned, in the order in which the layers made it. */
    public List<Statistic> statistics() {
        return Collections.unmodifiableList(new ArrayList<>(statistics.values()));
    }

    /** How many numbers are learned. */
    public long count() {
        return parameters.values().stream().mapToLong(parameter -> parameter.shape().elements()).sum();
    }

    /** The first value that is not a finite number, such as {@code a weight of fc.bias is NaN}; empty if all are finite. */
    public Optional<String> nonFinite() {
        return Stream.concat(
                parameters.values().stream().flatMap(
                        parameter -> nonFinite("a weight of ", parameter.name(), parameter.values()).stream()),
                statistics.values().stream().flatMap(
                        statistic -> nonFinite("a number of ", statistic.name(), statistic.values()).stream()))
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

    /** Sets every gradient to zero, before a pass adds to it. */
    public void clearGradients() {
        for (Parameter parameter : parameters.values()) {
            backend.fill(parameter.gradient(), 0, parameter.shape().elements(), 0f);
        }
    }

    /** What the parameters lie in and compute with. */
    public Backend backend() {
        return backend;
    }
}
