package scanline.lab.cli.option;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import scanline.lab.recipe.Recipe;

/** A run for commands that take it as it is: nothing of its recipe can be changed but where its data are. */
public final class RunOptions {
    @Spec(Target.MIXEE)
    private @Nullable CommandSpec command;

    @Parameters(index = "0", paramLabel = "RUN", description = "The folder of the run.")
    private Path folder = Path.of("");

    private List<String> places = List.of();

    @Parameters(index = "1..*", paramLabel = "data.dir=FOLDER",
            description = "Where the data is now, if it has moved; also data.scan.file=FILE.")
    void places(List<String> words) {
        for (String word : words) {
            if (!Recipe.PLACES.contains(word.replaceFirst("(?s)=.*", ""))) {
                throw new ParameterException(Objects.requireNonNull(command).commandLine(), "a run keeps its recipe: \""
                        + word
                        + "\" cannot be changed here, only data.dir=FOLDER and data.scan.file=FILE, where its data is");
            }
        }
        places = List.copyOf(words);
    }

    public Path folder() {
        return folder;
    }

    /** {@code key=value} for each place that is another now. */
    public List<String> overrides() {
        return places;
    }
}
