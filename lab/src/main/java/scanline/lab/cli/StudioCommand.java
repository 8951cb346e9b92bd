package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import scanline.lab.cli.option.Address;
import scanline.lab.cli.option.Threads;
import scanline.lab.studio.Studio;

/** The command {@code scanline studio}. */
@Command(name = "studio", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Start the web studio on this machine: watch runs train, compare them, and see how a model reads"
                + " what you draw.")
final class StudioCommand implements Callable<Integer> {
    private static final int PORT = 7070;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Threads threads = new Threads();

    @Option(names = "--runs", paramLabel = "DIR", defaultValue = "runs",
            description = "Folder of the runs. Default: ${DEFAULT-VALUE}.")
    private Path runs = Path.of("runs");

    @Mixin
    private Address address = new Address(PORT);

    @Override
    public Integer call() throws IOException, InterruptedException {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        address.check();
        check(line);
        PrintWriter out = line.getOut();
        PrintWriter err = line.getErr();
        CountDownLatch end = new CountDownLatch(1);
        try (Studio studio = new Studio(runs, address.host(), address.port(), address.token(), threads.compute(),
                Main.class, fault -> {
                    err.println("scanline: internal error: " + fault);
                    if (line.getParent().<Main>getCommand().isDebugging()) {
                        fault.printStackTrace(err);
                    }
                    err.flush();
                })) {
            Thread hook = new Thread(studio::close);
            Runtime.getRuntime().addShutdownHook(hook);
            out.println("studio  " + address.url(studio.port()));
            out.println("runs    " + runs + "; Ctrl-C saves the runs in training and stops the studio");
            if (out.checkError()) {
                return CommandLine.ExitCode.SOFTWARE; // nobody would learn its address
            }
            end.await();
        }
        return CommandLine.ExitCode.OK;
    }

    private void check(CommandLine line) {
        if (Files.exists(runs) && !Files.isDirectory(runs)) {
            throw new ParameterException(line, "--runs " + runs + " is a file, not a folder of runs");
        }
    }
}
