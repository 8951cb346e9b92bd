package scanline.lab.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import scanline.lab.data.Datasets;
import scanline.lab.model.Model;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.train.Experiment;

/** {@code scanline recipes}: what can be trained. */
@Command(name = "recipes", mixinStandardHelpOptions = true, description = "Lists the recipes.")
final class RecipesCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        for (String name : Recipes.names()) {
            Recipe recipe = Recipes.find(name, List.of());
            Model.Input input = Experiment.input(recipe,
                    Datasets.ofUser().open(recipe.data().name(), recipe.data().folder()).test());
            long parameters = recipe.model().layers(input).stream().mapToLong(Model.Layer::parameters).sum();
            out.printf("%s%n    %s%n", name, recipe.about());
            out.printf("    source     %s%n", recipe.source());
            out.printf("    data       %s, %d epochs of batch %d%n", recipe.data().name(), recipe.epochs(),
                    recipe.batch());
            out.printf("    model      %s, %,d parameters%n", recipe.model(), parameters);
            out.printf("    optimiser  %s, %s%n", recipe.optimizer(), recipe.clip());
            out.printf("    published  %s%n", recipe.published());
            out.printf("    target     test accuracy %s (measured: see results/README.md)%n", recipe.target());
        }
        out.flush();
    }
}
