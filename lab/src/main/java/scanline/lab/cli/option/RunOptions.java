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

/** The arguments of commands that use a run unchanged: of its recipe, only the location of the data can be given. */
public final class RunOptions {
    @Spec(Target.MIXEE)
    private @Nullable CommandSpec command;

    @Parameters(index = "0", paramLabel = "RUN", description = "Run folder.")
    private Path folder = Path.of("");

    private List<String> places = List.of();

    @Parameters(index = "1..*", paramLabel = "data.dir=FOLDER",
            description = "New location of the data, if it has moved; also data.scan.file=FILE.")
    void places(List<String> words) {
        for (String word : words) {
            if (!Recipe.PLACES.contains(word.replaceFirst("(?s)=.*", ""))) {
                throw new ParameterException(Objects.requireNonNull(command).commandLine(), "a run keeps its recipe: \""
                        + word + "\" cannot be changed here, only the location of the data, with data.dir=FOLDER and"
                        + " data.scan.file=FILE");
            }
        }
        places = List.copyOf(words);
    }

    /** The folder of the run. */
    public Path folder() {
        return folder;
    }

    /** Returns {@code key=value} for each location that has changed. */
    public List<String> overrides() {
        return places;
    }
}
