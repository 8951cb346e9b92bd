package scanline.lab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.engine.file.Excerpt;
import scanline.lab.cli.option.RecipeNames;
import scanline.lab.cli.option.Threads;
import scanline.lab.cli.option.TrainingOptions;
import scanline.lab.cli.terminal.Messages;
import scanline.lab.experiment.Experiment;
import scanline.lab.experiment.Split;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.run.Parent;
import scanline.lab.run.Provenance;
import scanline.lab.run.Run;

/** The command {@code scanline train}. */
@Command(name = "train", mixinStandardHelpOptions = true, description = "Train a recipe in a new run folder.")
final class TrainCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private TrainingOptions training = new TrainingOptions();

    @Parameters(index = "0", paramLabel = "RECIPE", completionCandidates = RecipeNames.class,
            description = "Name of a built-in recipe, or path to a .yaml file.")
    private String recipe = "";

    @Parameters(index = "1..*", paramLabel = "KEY=VALUE", description = "Recipe key to change, and its new value.")
    private List<String> overrides = List.of();

    @Option(names = "--run", paramLabel = "DIR",
            description = "Folder for the run. Default: runs/RECIPE, numbered.")
    private @Nullable Path folder;

    @Option(names = "--from", paramLabel = "RUN|FILE",
            description = "Start from the best weights of a run, or from those of a safetensors file, instead of the"
                    + " seed's initial weights. The optimizer starts from scratch.")
    private @Nullable Path from;

    @Option(names = "--new-head",
            description = "With --from: initialize the last layer, which depends on the classes, from the seed. For"
                    + " data with other classes.")
    private boolean newHead;

    @Override
    public Integer call() throws IOException {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        Recipe resolved = Recipes.find(recipe, overrides);
        if (newHead && from == null) {
            throw new ParameterException(line, "--new-head needs --from");
        }
        if (folder != null) {
            Run.requireNew(folder);
        }
        resolved.model().withoutEffect().forEach(key -> Messages.warn(line, key));
        List<String> command = new ArrayList<>(List.of("scanline"));
        command.addAll(line.getParent().getParseResult().expandedArgs());
        try (Experiment experiment = new Experiment(resolved, threads.compute())) {
            experiment.examples(Split.TRAIN); // fails on too few images before a folder is created
            experiment.examples(Split.VALIDATION);
            Parent parent = from == null
                    ? null
                    : Parent.load(from, experiment, newHead, warning -> Messages.warn(line, warning));
            Run.Beginning beginning = parent == null ? Run.Beginning.OF_SEED : Parent.beginning(experiment);
            Map<String, Object> provenance = Provenance.of(experiment, threads.count(), command, parent);
            Run run = folder != null
                    ? Run.create(folder, resolved, provenance, beginning)
                    : Run.createNumbered(Run.name(recipe), resolved, provenance, beginning);
            line.getErr().println(Excerpt.line(resolved.about()) + " (" + recipe + ", " + resolved.data().name()
                    + ", seed " + resolved.seed() + ", " + threads + ")"
                    + (from == null ? "" : ", weights from " + from) + ", run " + run.folder());
            line.getErr().flush();
            experiment.dataset().oddities().forEach(oddity -> Messages.warn(line, oddity));
            return training.run(line, experiment, run, false);
        }
    }
}
