package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.Model;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.report.Results;

/** {@code scanline recipes}: what can be trained. */
@Command(name = "recipes", mixinStandardHelpOptions = true, description = "Lists the recipes.")
final class RecipesCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path results = Path.of(System.getProperty("scanline.home", ""), "results");
        Map<String, String> measured = Files.isDirectory(results) ? Results.measured(results) : Map.of();
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        for (String name : Recipes.names()) {
            Recipe recipe = Recipes.find(name, List.of());
            Model.Input input = Experiment.input(recipe, recipe.data().open().test());
            long parameters = recipe.model().layers(input).stream().mapToLong(Model.Layer::parameters).sum();
            out.printf(Locale.ROOT, "%s%n    %s%n", name, recipe.about());
            out.printf(Locale.ROOT, "    source     %s%n", recipe.source());
            out.printf(Locale.ROOT, "    data       %s, %d epochs of batch %d%n", recipe.data().name(), recipe.epochs(),
                    recipe.batch());
            out.printf(Locale.ROOT, "    model      %s, %,d parameters%n", settings(recipe, "model"), parameters);
            out.printf(Locale.ROOT, "    training   %s, schedule %s, clip %s%n", settings(recipe, "optimizer"),
                    settings(recipe, "schedule"), settings(recipe, "clip"));
            out.printf(Locale.ROOT, "    published  %s%n", recipe.published().name());
            out.printf(Locale.ROOT, "    target     %s%n",
                    recipe.target() == 0 ? "none set" : "test accuracy " + recipe.target());
            out.printf(Locale.ROOT, "    measured   %s%n",
                    measured.getOrDefault(name, "not as it stands; see results/README.md"));
        }
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    /** What a recipe says below a key, such as {@code lstm (hidden 128, layers 2, dropout 0.0)}. */
    private static String settings(Recipe recipe, String key) {
        String below = recipe.text().lines().filter(line -> line.startsWith(key + "."))
                .map(line -> line.substring(key.length() + 1).replace(":", "")).collect(Collectors.joining(", "));
        String choice = recipe.text().lines().filter(line -> line.startsWith(key + ": ")).findFirst().orElseThrow()
                .substring(key.length() + 2);
        return below.isEmpty() ? choice : choice + " (" + below + ")";
    }
}
