package scanline.lab.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import scanline.engine.io.FileAccessException;
import scanline.engine.io.FormatException;
import scanline.lab.data.DataException;
import scanline.lab.recipe.RecipeException;
import scanline.lab.train.Provenance;
import scanline.lab.train.RunException;

/** The command line: results go to standard output, progress and errors to standard error. */
@Command(name = "scanline", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        description = "Trains, evaluates and explains sequence models on images.",
        subcommands = {RecipesCommand.class, TrainCommand.class, ResumeCommand.class, SweepCommand.class,
                EvaluateCommand.class, PredictCommand.class, ExportCommand.class, ExplainCommand.class,
                ReportCommand.class, CompareCommand.class, StudioCommand.class,
                ResultsCommand.class, ReproduceCommand.class, DataCommand.class,
                DoctorCommand.class, HelpCommand.class},
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:done", "1:failed, with one line that says why", "2:wrong usage"})
public final class Main {
    /** Stack traces are for those who work on Scanline. */
    @Option(names = "--debug", description = "Shows where in the code an error arose.", scope = ScopeType.INHERIT)
    private boolean debug;

    /** Whether stack traces are wanted. */
    boolean isDebugging() {
        return debug;
    }

    /** Runs a command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(execute(commandLine(), arguments));
    }

    /** Runs a command and gives its exit status. */
    static int execute(CommandLine line, String... arguments) {
        try {
            return line.execute(arguments);
        } catch (OutOfMemoryError e) {
            if (line.<Main>getCommand().debug) {
                e.printStackTrace(line.getErr());
            }
            line.getErr().println(line.getColorScheme().errorText("scanline: not enough memory in a Java heap of "
                    + Runtime.getRuntime().maxMemory() / (1 << 20) + " MB: try a smaller batch or model, or give it"
                    + " more, for example SCANLINE_JAVA_OPTS=-Xmx4g"));
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    /** The commands, with what answers their failures. The launcher says whether there may be colors. */
    static CommandLine commandLine() {
        Main main = new Main();
        CommandLine line = new CommandLine(main).setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(Help.defaultColorScheme(Boolean.getBoolean("scanline.color") ? Ansi.ON : Ansi.OFF));
        line.setExecutionExceptionHandler((exception, command, _) -> {
            if (main.debug) {
                exception.printStackTrace(command.getErr());
            }
            command.getErr().println(command.getColorScheme().errorText("scanline: " + message(exception)));
            return exception instanceof RecipeException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
        });
        line.setParameterExceptionHandler((exception, _) -> {
            CommandLine command = exception.getCommandLine();
            command.getErr().println(command.getColorScheme().errorText("scanline: " + exception.getMessage()));
            if (!CommandLine.UnmatchedArgumentException.printSuggestions(exception, command.getErr())) {
                command.getErr().println("`" + command.getCommandSpec().qualifiedName() + " --help` says more");
            }
            return CommandLine.ExitCode.USAGE;
        });
        return line;
    }

    private static String message(Exception exception) {
        return switch (exception) {
            case RecipeException e -> String.valueOf(e.getMessage());
            case RunException e -> String.valueOf(e.getMessage());
            case DataException e -> String.valueOf(e.getMessage());
            case FormatException e -> String.valueOf(e.getMessage());
            case FileAccessException e -> String.valueOf(e.getMessage());
            case NoSuchFileException e -> "there is no file " + e.getFile();
            case AccessDeniedException e -> "no permission for " + e.getFile();
            case FileSystemException e -> e.getFile() + ": " + (e.getReason() == null ? "failed" : e.getReason());
            case IOException e -> String.valueOf(e.getMessage());
            default -> "this should not have happened: " + exception + " (--debug says where)";
        };
    }

    /** The version that {@code --version} prints. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"scanline " + Provenance.version()};
        }
    }
}
