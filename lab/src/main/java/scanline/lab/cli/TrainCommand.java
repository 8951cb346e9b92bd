package scanline.lab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.engine.io.Excerpt;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;
import scanline.lab.train.Experiment;
import scanline.lab.train.Experiment.Split;
import scanline.lab.train.Provenance;
import scanline.lab.train.Run;

/** {@code scanline train}: trains a recipe in a new run folder. */
@Command(name = "train", mixinStandardHelpOptions = true, description = "Trains a recipe.")
final class TrainCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private Training training = new Training();

    @Parameters(index = "0", paramLabel = "RECIPE", description = "Its name, or a file that ends in .yaml.")
    private String recipe = "";

    @Parameters(index = "1..*", paramLabel = "KEY=VALUE", description = "Changes a key of the recipe.")
    private List<String> overrides = List.of();

    @Option(names = "--run", paramLabel = "DIR",
            description = "The folder to keep the run in. Default: runs/RECIPE, numbered.")
    private @Nullable Path folder;

    @Override
    public Integer call() throws IOException {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        Recipe resolved = Recipes.find(recipe, overrides);
        Path target = folder != null
                ? folder
                : Run.free(Run.name(recipe));
        Run.requireNew(target);
        List<String> command = new ArrayList<>(List.of("scanline"));
        command.addAll(line.getParent().getParseResult().expandedArgs());
        try (Experiment experiment = new Experiment(resolved, threads.count())) {
            requirePictures(experiment); // before a folder is made
            line.getErr()
                    .println(Excerpt.line(resolved.about()) + " (" + recipe + ", " + resolved.data().name() + ", seed "
                            + resolved.seed() + ", " + threads + "), run " + target);
            line.getErr().flush();
            Run run = Run.create(target, resolved, Provenance.of(experiment, threads.count(), command));
            return training.run(line, experiment, run, false);
        }
    }

    /** Refuses images that do not suffice, such as when validation leaves none to train on. */
    private static void requirePictures(Experiment experiment) {
        experiment.loader(Split.TRAIN);
        if (experiment.examples(Split.VALIDATION).length > 0) {
            experiment.loader(Split.VALIDATION);
        }
    }
}
