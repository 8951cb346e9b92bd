package scanline.lab.insight;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Backend;
import scanline.engine.backend.Buffer;
import scanline.engine.geometry.Blocks;
import scanline.engine.random.RandomKey;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Tape;
import scanline.lab.data.Dataset;
import scanline.lab.experiment.Examples;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.model.Model;
import scanline.lab.recipe.Recipe;
import scanline.lab.sequence.Batch;
import scanline.lab.task.Task;

/**
 * The shares of a training step's time that the layers of a model take: every operation of the backend is timed. An
 * operation that is given a parameter of a layer, or its gradient, belongs to that layer; any other belongs to the
 * layer of the operation before it, whose output it continues with. What is done for all layers at once, such as
 * clearing the gradients, belongs to none.
 */
public final class LayerTimes {
    private static final int WARM_UP_STEPS = 5;
    private static final int STEPS = 5;
    private static final int MOST_EXAMPLES = 32;

    private final Map<String, Long> nanos = new LinkedHashMap<>();
    private final IdentityHashMap<Buffer, String> owners = new IdentityHashMap<>();
    private @Nullable String current;

    private LayerTimes() {}

    /**
     * Measures a few steps on one thread. That takes a second or more for long sequences.
     *
     * @return the share of the time for each of {@link Model#layers}, a fraction; they add up to 1
     */
    public static List<Double> of(Recipe recipe, Dataset dataset) {
        LayerTimes times = new LayerTimes();
        try (Experiment experiment = new Experiment(recipe, dataset, new Engine(times.timed(Backend.load(1))))) {
            List<Model.Layer> layers = recipe.model().layers(experiment.input());
            for (Parameter parameter : experiment.weights().parameters()) {
                String layer = owner(layers, parameter.name());
                times.owners.put(parameter.value(), layer);
                times.owners.put(parameter.gradient(), layer);
            }
            times.measure(experiment);
            long all = times.nanos.values().stream().mapToLong(Long::longValue).sum();
            return layers.stream().map(layer -> (double) times.nanos.getOrDefault(layer.name(), 0L) / all).toList();
        }
    }

    /** Returns the layer of a parameter, by its name: the longest layer name that is a prefix of the parameter's. */
    static String owner(List<Model.Layer> layers, String parameter) {
        return layers.stream().map(Model.Layer::name).filter(name -> belongs(parameter, name))
                .max((a, b) -> Integer.compare(a.length(), b.length()))
                .orElseThrow(() -> new IllegalStateException("no layer has the parameter " + parameter));
    }

    private static boolean belongs(String parameter, String layer) {
        int of = layer.indexOf(" (layer ");
        return of < 0
                ? parameter.equals(layer) || parameter.startsWith(layer + ".")
                : parameter.startsWith(layer.substring(0, of) + ".")
                        && parameter.replaceFirst(".*_l(\\d+)(_reverse)?$", "$1")
                                .equals(layer.substring(of + " (layer ".length(), layer.length() - 1));
    }

    private void measure(Experiment experiment) {
        Examples test = experiment.examples(Split.TEST);
        int count = Math.min(MOST_EXAMPLES, experiment.recipe().batch());
        Batch batch = test.loader().batch(IntStream.range(0, count).map(i -> test.number(i % test.count())).toArray(),
                0,
                count);
        for (int step = 0; step < WARM_UP_STEPS + STEPS; step++) {
            if (step == WARM_UP_STEPS) {
                nanos.clear();
            }
            try (Tape tape = experiment.engine().training(RandomKey.of(1, "times").at(step))) {
                Task.Loss loss = experiment.task().loss(experiment.read(tape, batch), batch);
                experiment.weights().clearGradients();
                tape.backward(loss.mean());
            }
        }
    }

    /** Returns the backend with a timer around every operation. */
    private Backend timed(Backend backend) {
        return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(), backend.getClass().getInterfaces(),
                (_, operation, arguments) -> {
                    String layer = layer(arguments);
                    long start = System.nanoTime();
                    try {
                        return operation.invoke(backend, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (layer != null) {
                            nanos.merge(layer, System.nanoTime() - start, Long::sum);
                        }
                    }
                });
    }

    private @Nullable String layer(Object @Nullable [] arguments) {
        List<@Nullable Object> blocks = new ArrayList<>();
        for (Object argument : arguments == null ? new Object[0] : arguments) {
            if (argument instanceof List) {
                return null; // buffers of all layers
            }
            if (argument instanceof Blocks<?> group) {
                group.map(blocks::add);
            } else {
                blocks.add(argument);
            }
        }
        for (Object block : blocks) {
            String owner = owners.get(block);
            if (owner != null) {
                current = owner;
                return owner;
            }
        }
        return current;
    }
}
