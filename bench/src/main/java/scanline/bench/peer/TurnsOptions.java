package scanline.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

/** How the sides take turns, and where each turn is written. */
final class TurnsOptions {
    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3",
            description = "How often the sides take turns. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--processes", paramLabel = "N", defaultValue = "3",
            description = "How often the sides are started anew, each time for all rounds. Default: ${DEFAULT-VALUE}.")
    private int processes;

    @Option(names = "--turns", paramLabel = "FILE.csv", description = "Writes every turn to a file.")
    private @Nullable Path turns;

    int rounds() {
        return rounds;
    }

    int processes() {
        return processes;
    }

    /** Writes the turns so far, if a file was named, and what a report says of them, if there is one. */
    void save(Collection<Turns> measured, String text, @Nullable Path report) throws IOException {
        if (turns != null) {
            Files.writeString(turns, Turns.csv(measured));
        }
        if (report != null) {
            Files.writeString(report, text);
        }
    }

    /** As they are typed, without the file. */
    String words() {
        return "--rounds " + rounds + " --processes " + processes;
    }
}
