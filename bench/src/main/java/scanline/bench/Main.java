package scanline.bench;

import java.util.List;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import scanline.lab.data.DataException;
import scanline.lab.recipe.RecipeException;

/** The commands of {@code ./build bench} that are no JMH benchmarks. */
@Command(name = "bench", mixinStandardHelpOptions = true,
        subcommands = {SideBySide.class, Losses.class, Growth.class, HashMatrix.class, Kills.class,
                OnnxCheck.class, StudioLoad.class},
        description = "Compares Scanline with PyTorch, with ONNX Runtime, and with itself.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:done", "1:failed, or what must agree differs", "2:wrong usage"})
final class Main {
    // What a user can cure; of anything else the stack trace is wanted.
    private static final List<Class<?>> CURABLE = List.of(BenchException.class, DataException.class,
            RecipeException.class);

    private Main() {}

    /** Runs a command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((exception, command, _) -> {
            if (!CURABLE.contains(exception.getClass())) {
                throw exception;
            }
            command.getErr().println("bench: " + exception.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        });
        System.exit(line.execute(arguments));
    }
}
