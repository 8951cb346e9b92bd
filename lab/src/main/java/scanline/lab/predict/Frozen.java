package scanline.lab.predict;

import java.util.List;
import scanline.engine.backend.Buffer;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Weights;
import scanline.lab.experiment.Compute;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.Model;
import scanline.lab.model.Network;
import scanline.lab.recipe.Recipe;
import scanline.lab.task.Task;

/** A copy of a model on an engine of its own, whose weights nothing changes. For one thread at a time. */
record Frozen(Recipe recipe, Model.Input input, Compute compute, Engine engine, Weights weights,
        Task task) implements AutoCloseable {
    /** Copies a model with the present values of its weights. */
    static Frozen of(Recipe recipe, Model.Input input, Weights weights, Compute compute) {
        Engine engine = compute.engine();
        Weights own = engine.weights();
        Network network = Experiment.network(recipe, own, input);
        own.freeze("*");
        List<Parameter> parameters = weights.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            copy(parameters.get(i).values(), own.parameters().get(i).value());
        }
        List<Statistic> statistics = weights.statistics();
        for (int i = 0; i < statistics.size(); i++) {
            copy(statistics.get(i).values(), own.statistics().get(i).value());
        }
        return new Frozen(recipe, input, compute, engine, own, Task.of(recipe, network, input.classes()));
    }

    private static void copy(float[] values, Buffer to) {
        to.write(0, values, 0, values.length);
    }

    /** Copies the model once more, for another thread. */
    Frozen copy(int threads) {
        return of(recipe, input, weights, new Compute(compute.backend(), threads));
    }

    /** Builds the network with other weights. */
    Network network(Weights others) {
        return Experiment.network(recipe, others, input);
    }

    @Override
    public void close() {
        engine.close();
    }
}
