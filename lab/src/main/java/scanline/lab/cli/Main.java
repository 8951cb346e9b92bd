package scanline.lab.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import scanline.data.base.UserException;
import scanline.data.plugin.PluginException;
import scanline.data.plugin.Plugins;
import scanline.engine.file.Excerpt;
import scanline.engine.kernel.VectorApi;
import scanline.lab.cli.option.OutputFile;
import scanline.lab.cli.terminal.Messages;
import scanline.lab.cli.terminal.StandardOutput;
import scanline.lab.recipe.PluginChoices;
import scanline.lab.recipe.RecipeException;
import scanline.lab.run.Provenance;

/** The command line: results go to standard output, progress and errors to standard error. */
@Command(name = "scanline", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        description = "Train, evaluate and explain sequence models on images.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:done", "1:failed; one line on standard error says why", "2:invalid arguments or recipe"})
public final class Main {
    private static final List<Class<?>> COMMANDS = List.of(
            RecipesCommand.class, TrainCommand.class, ResumeCommand.class, SweepCommand.class, EvaluateCommand.class,
            PredictCommand.class, ServeCommand.class, ExportCommand.class, ExplainCommand.class, ReportCommand.class,
            CompareCommand.class, StudioCommand.class, ResultsCommand.class, ReproduceCommand.class,
            MigrateCommand.class, DataCommand.class, DoctorCommand.class, CompletionCommand.class, HelpCommand.class);
    private static final Set<Class<?>> ABOUT_OTHERS = Set.of(CompletionCommand.class, HelpCommand.class);

    /** Stack traces are for people who work on Scanline. */
    @Option(names = "--debug", description = "Print the stack trace of an error.", scope = ScopeType.INHERIT)
    private boolean debug;

    @Option(names = "--plugins", paramLabel = "DIR", scope = ScopeType.INHERIT,
            description = "Folder of jars that add choices to recipes. Default: that of SCANLINE_PLUGINS, if set.")
    private @Nullable Path plugins;

    /** Returns whether stack traces are printed. */
    boolean isDebugging() {
        return debug;
    }

    /** Runs a command and ends the process with its exit status; if its output cannot be written, the command fails. */
    public static void main(String[] arguments) {
        StandardOutput output = new StandardOutput();
        System.setOut(new PrintStream(new BufferedOutputStream(output), false, System.out.charset()));
        CommandLine line = commandLine(arguments).setOut(new PrintWriter(System.out, false, System.out.charset()));
        int status = execute(line, arguments);
        line.getOut().flush();
        IOException failure = output.failure();
        if (failure != null) {
            Messages.error(line, "cannot write to standard output: " + failure.getMessage());
            status = Math.max(status, CommandLine.ExitCode.SOFTWARE);
        }
        System.exit(status);
    }

    /** Runs a command and returns its exit status. */
    static int execute(CommandLine line, String... arguments) {
        try {
            return line.execute(arguments);
        } catch (LinkageError e) {
            if (line.<Main>getCommand().debug) {
                e.printStackTrace(line.getErr());
            }
            String origin = Plugins.current().origin(e).orElseThrow(() -> e);
            Messages.error(line, Excerpt.line(origin + " fails: " + e));
            return CommandLine.ExitCode.SOFTWARE;
        } catch (OutOfMemoryError e) {
            if (line.<Main>getCommand().debug) {
                e.printStackTrace(line.getErr());
            }
            Messages.error(line, "not enough memory in a Java heap of " + Runtime.getRuntime().maxMemory() / (1 << 20)
                    + " MB: try a smaller batch or model, or give it more, for example SCANLINE_JAVA_OPTS=-Xmx4g");
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    /**
     * Returns the commands with their error handlers. The launcher decides whether colors are used. If the arguments
     * begin with the name of a command, it is the only one, unless it is one that describes the others: to read the
     * annotations of all takes a quarter of a second.
     */
    static CommandLine commandLine(String... arguments) {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        List<Class<?>> named = COMMANDS.stream().filter(each -> isNamed(each, arguments)).toList();
        (named.isEmpty() ? COMMANDS : named).forEach(line::addSubcommand);
        line.setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(OutputFile.class, OutputFile::new)
                .setExecutionStrategy(main.new WithPlugins())
                .setColorScheme(Help.defaultColorScheme(Boolean.getBoolean("scanline.color") ? Ansi.ON : Ansi.OFF));
        line.setExecutionExceptionHandler((exception, command, _) -> {
            if (main.debug) {
                exception.printStackTrace(command.getErr());
            }
            Messages.error(command, message(exception));
            return exception instanceof RecipeException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
        });
        line.setParameterExceptionHandler((exception, _) -> {
            CommandLine command = exception.getCommandLine();
            Messages.error(command, String.valueOf(exception.getMessage()));
            if (!CommandLine.UnmatchedArgumentException.printSuggestions(exception, command.getErr())) {
                command.getErr().println("see `" + command.getCommandSpec().qualifiedName() + " --help`");
            }
            return CommandLine.ExitCode.USAGE;
        });
        return line;
    }

    /** A command is a class that is called after it. */
    private static boolean isNamed(Class<?> command, String... arguments) {
        return arguments.length > 0 && !ABOUT_OTHERS.contains(command)
                && command.getSimpleName().toLowerCase(Locale.ROOT).equals(arguments[0] + "command");
    }

    private static String message(Exception exception) {
        return switch (exception) {
            case UserException e -> String.valueOf(e.getMessage());
            case NoSuchFileException e -> "no such file: " + e.getFile();
            case AccessDeniedException e -> "permission denied: " + e.getFile();
            case FileSystemException e -> e.getFile() + ": " + (e.getReason() == null ? "failed" : e.getReason());
            case IOException e -> String.valueOf(e.getMessage());
            default -> Plugins.current().origin(exception)
                    .map(origin -> Excerpt.line(origin + " fails: " + exception))
                    .orElse("internal error: " + exception) + " (--debug prints the stack trace)";
        };
    }

    /** Loads the plugins before a command is run, but not for its help; the same for what needs the Vector API. */
    private final class WithPlugins extends CommandLine.RunLast {
        @Override
        protected List<Object> handle(ParseResult parsed) {
            try {
                VectorApi.require();
            } catch (IllegalStateException e) {
                Messages.error(parsed.commandSpec().commandLine(), String.valueOf(e.getMessage()));
                return List.of(CommandLine.ExitCode.SOFTWARE);
            }
            String variable = System.getenv(Plugins.VARIABLE);
            Path folder = plugins == null && variable != null && !variable.isEmpty() ? Path.of(variable) : plugins;
            try {
                PluginChoices.use(folder);
            } catch (PluginException e) {
                throw new CommandLine.ExecutionException(parsed.commandSpec().commandLine(), "plugins", e);
            }
            return super.handle(parsed);
        }
    }

    /** The version that {@code --version} prints. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"scanline " + Provenance.version()};
        }
    }
}
