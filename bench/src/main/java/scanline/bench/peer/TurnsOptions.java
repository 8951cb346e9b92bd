package scanline.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

/** The options for the turns of the sides, and for the file to which the turns are written. */
final class TurnsOptions {
    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3",
            description = "Number of turns of each side per process. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--processes", paramLabel = "N", defaultValue = "3",
            description = "Number of starts of each side, each for all rounds. Default: ${DEFAULT-VALUE}.")
    private int processes;

    @Option(names = "--turns", paramLabel = "FILE.csv", description = "Also write every turn to this file.")
    private @Nullable Path turns;

    int rounds() {
        return rounds;
    }

    int processes() {
        return processes;
    }

    /**
     * Writes the turns so far to the file of {@code --turns}, if given, and their text to the report, if there is one.
     */
    void save(Collection<Turns> measured, String text, @Nullable Path report) throws IOException {
        if (turns != null) {
            Files.writeString(turns, Turns.csv(measured));
        }
        if (report != null) {
            Files.writeString(report, text);
        }
    }

    /** The options as they are typed, without the file. */
    String words() {
        return "--rounds " + rounds + " --processes " + processes;
    }
}
