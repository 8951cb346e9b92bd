package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.data.image.ImageSet;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Weights;
import scanline.lab.base.Numbers;
import scanline.lab.base.RunException;
import scanline.lab.cli.terminal.Paragraph;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.report.Results;
import scanline.lab.report.Table;

/** {@code scanline recipes}: lists the built-in recipes, or describes one. */
@Command(name = "recipes", mixinStandardHelpOptions = true,
        description = "List the built-in recipes, or print the details of one.")
final class RecipesCommand implements Callable<Integer> {
    private static final String MNIST = "MNIST";

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "RECIPE",
            description = "Name of a built-in recipe, or path to a .yaml file. Default: all built-in recipes.")
    private @Nullable String name;

    @Override
    public Integer call() throws IOException {
        Path results = Path.of(System.getProperty("scanline.home", ""), "results");
        Map<String, Map<String, String>> measured = Files.isDirectory(results) ? Results.measured(results) : Map.of();
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        if (name == null) {
            list(out, measured);
        } else {
            describe(out, name, measured.getOrDefault(name, Map.of()));
        }
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    private static void list(PrintWriter out, Map<String, Map<String, String>> measured) {
        Map<String, ImageSet> tests = new HashMap<>(); // each data set is read once
        Table table = Table.ofFigures("recipe", "model", "reads", "parameters", "epochs", "published", "measured");
        for (String each : Recipes.names()) {
            Recipe recipe = Recipes.find(each, List.of());
            Map<String, String> keys = recipe.keys();
            table.row(each, keys.getOrDefault("model.cell", value(keys, "model")), value(keys, "data.scan"),
                    Numbers.whole(parameters(recipe,
                            tests.computeIfAbsent(value(keys, "data"), _ -> recipe.data().open().test()))),
                    Integer.toString(recipe.epochs()),
                    published(recipe),
                    measured.getOrDefault(each, Map.of()).getOrDefault(MNIST, "-"));
        }
        out.print(table.text());
        out.println("""

                published: test accuracy as the source printed it; * marks a wrong figure, which the details
                correct. measured: mean of our recorded runs on MNIST.
                `scanline recipes RECIPE` prints the details, `scanline train RECIPE` trains the network.""");
    }

    private static String published(Recipe recipe) {
        double accuracy = recipe.published().accuracy();
        return accuracy == 0 ? "-" : Numbers.percent(accuracy) + (recipe.published().divisor() == 0 ? "" : " *");
    }

    private static void describe(PrintWriter out, String name, Map<String, String> measured) {
        Recipe recipe = Recipes.find(name, List.of());
        Map<String, String> keys = recipe.keys();
        out.println(name);
        out.print(Paragraph.wrapped("    ", recipe.about().isEmpty() ? "(no description)" : recipe.about()));
        row(out, "source", recipe.source().isEmpty() ? "none stated" : recipe.source());
        row(out, "published", recipe.published().name().isEmpty() ? "none known to us" : recipe.published().name());
        row(out, "target", recipe.target() == 0 ? "none" : "test accuracy " + recipe.target());
        row(out, "measured", measured.isEmpty()
                ? "no recorded run with these settings; see results/README.md"
                : measured.entrySet().stream().map(data -> data.getKey() + " " + data.getValue())
                        .collect(Collectors.joining(", ")));
        row(out, "data", settings(keys, "data"));
        row(out, "model", settings(keys, "model")
                + String.format(Locale.ROOT, "; %,d parameters", parameters(recipe, recipe.data().open().test())));
        row(out, "training", String.format(Locale.ROOT, "%d epochs, batch %d, %s, schedule %s, clip %s, loss (%s)",
                recipe.epochs(), recipe.batch(), settings(keys, "optimizer"), settings(keys, "schedule"),
                settings(keys, "clip"), below(keys, "loss")));
        out.println();
        out.print(Paragraph.wrapped("", "`scanline explain " + name + "` prints the layers and every key."));
    }

    private static void row(PrintWriter out, String title, String text) {
        out.print(Paragraph.wrapped(String.format(Locale.ROOT, "    %-11s", title), text));
    }

    private static long parameters(Recipe recipe, ImageSet test) {
        try (Engine engine = Engine.open(1)) {
            Weights weights = engine.weights(); // to be counted
            recipe.model().build(weights, Experiment.input(recipe, test));
            return weights.count();
        } catch (IllegalArgumentException e) {
            throw new RunException(String.valueOf(e.getMessage()));
        }
    }

    /** Returns the value of a key with the keys below it, such as {@code sgd (rate 0.1, momentum 0.0)}. */
    private static String settings(Map<String, String> keys, String key) {
        String below = below(keys, key);
        return below.isEmpty() ? value(keys, key) : value(keys, key) + " (" + below + ")";
    }

    private static String below(Map<String, String> keys, String key) {
        return keys.entrySet().stream().filter(entry -> entry.getKey().startsWith(key + "."))
                .filter(entry -> !entry.getValue().isEmpty())
                .map(entry -> entry.getKey().substring(key.length() + 1) + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String value(Map<String, String> keys, String key) {
        return keys.getOrDefault(key, "");
    }
}
