package scanline.lab.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.engine.tensor.Parameter;
import scanline.lab.cli.option.RecipeNames;
import scanline.lab.cli.terminal.Messages;
import scanline.lab.cli.terminal.Paragraph;
import scanline.lab.experiment.Experiment;
import scanline.lab.insight.ModelLayers;
import scanline.lab.model.Model;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/** {@code scanline explain}: describes the model of a recipe. */
@Command(name = "explain", mixinStandardHelpOptions = true,
        description = "Print the layers, parameters and keys of a recipe, and the cost of a training step.")
final class ExplainCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RECIPE", completionCandidates = RecipeNames.class,
            description = "Name of a built-in recipe, or path to a .yaml file.")
    private String name = "";

    @Parameters(index = "1..*", paramLabel = "KEY=VALUE", description = "Changes a key of the recipe.")
    private List<String> overrides = List.of();

    @Option(names = "--times",
            description = "Also measure the share of each layer in the time of a training step; takes some seconds.")
    private boolean times;

    @Override
    public void run() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        PrintWriter out = line.getOut();
        Recipe recipe = Recipes.find(name, overrides);
        recipe.model().withoutEffect().forEach(key -> Messages.warn(line, key));
        try (Experiment experiment = new Experiment(recipe, 1)) {
            Model.Input input = experiment.input();
            List<ModelLayers.Row> layers = ModelLayers.of(experiment);
            out.print(Paragraph.wrapped(name + ": ", recipe.about()));
            out.print(Paragraph.wrapped("source: ", recipe.source().isEmpty() ? "none stated" : recipe.source()));
            out.printf(Locale.ROOT, "input [%d steps, %d features], %d classes%s%n%n", input.steps(), input.features(),
                    input.classes(), input.longest() == 1 ? "" : ", up to " + input.longest() + " labels per answer");
            List<Double> shares = times ? ModelLayers.times(experiment) : List.of();
            out.printf(Locale.ROOT, "%-22s %-28s %-12s %12s %16s%s%n", "layer", "", "output", "parameters",
                    "FLOPs forward", times ? "    time" : "");
            for (int l = 0; l < layers.size(); l++) {
                ModelLayers.Row layer = layers.get(l);
                out.printf(Locale.ROOT, "%-22s %-28s %-12s %,12d %,16d%s%n", layer.info().name(),
                        layer.info().description(), layer.output(),
                        layer.parameters(), layer.flops(),
                        times ? String.format(Locale.ROOT, "  %4.1f %%", 100 * shares.get(l)) : "");
            }
            long flops = layers.stream().mapToLong(ModelLayers.Row::flops).sum();
            out.printf(Locale.ROOT, "%n%,d parameters; a training step with batch %s takes about %.2f GFLOP%n%n",
                    experiment.weights().count(),
                    recipe.accumulate() == 1 ? recipe.batch() : recipe.batch() + " x " + recipe.accumulate(),
                    3e-9 * flops * recipe.batch() * recipe.accumulate());
            out.println("parameters, named as in PyTorch's state_dict:");
            for (Parameter parameter : experiment.weights().parameters()) {
                out.printf(Locale.ROOT, "    %-48s %s%n", parameter.name(), parameter.shape());
            }
            out.printf(Locale.ROOT, "%nall keys of the recipe:%n");
            recipe.text().lines().forEach(key -> out.println("    " + key));
        }
        out.flush();
    }
}
