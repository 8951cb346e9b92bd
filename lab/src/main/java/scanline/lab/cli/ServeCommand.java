package scanline.lab.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.lab.cli.option.Address;
import scanline.lab.cli.option.Threads;
import scanline.lab.cli.terminal.Messages;
import scanline.lab.experiment.Compute;
import scanline.lab.serve.Batching;
import scanline.lab.serve.PredictionServer;
import scanline.lab.serve.RunSource;

/** The command {@code scanline serve}. */
@Command(name = "serve", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Serve trained models: answer predictions over HTTP, without pages. A model is replaced when the"
                + " best weights of its run change. Ctrl-C stops when all accepted requests have been answered.")
final class ServeCommand implements Callable<Integer> {
    private static final int PORT = 7071;
    private static final int LARGEST_BATCH = 250;
    private static final int LONGEST_WAIT = 1_000_000;
    private static final String STANDARD_OUTPUT = "-";

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "[NAME=]RUN",
            description = "Run folder, and the name of its model in requests. Default: the name of the folder.")
    private List<String> runs = List.of();

    @Option(names = "--threads", paramLabel = "N",
            description = "Number of threads that compute, each a batch of its own; it does not change the answers. Default:"
                    + " half of the processors, because requests need the others.")
    private int threads = Batching.STANDARD.workers();

    @Mixin
    private Address address = new Address(PORT);

    @Option(names = "--batch-size", paramLabel = "N",
            description = "Largest number of images that are computed together. Default: ${DEFAULT-VALUE}.")
    private int batchSize = Batching.STANDARD.size();

    @Option(names = "--batch-wait", paramLabel = "MICROSECONDS",
            description = "Longest time that an image waits for others while other requests are in flight; 0 for none."
                    + " Default: ${DEFAULT-VALUE}.")
    private int batchWait = (int) TimeUnit.NANOSECONDS.toMicros(Batching.STANDARD.waitNanos());

    @Option(names = "--access-log", paramLabel = "FILE",
            description = "Append a line of JSON for each request to this file; - for standard output.")
    private @Nullable String accessLog;

    @Override
    public Integer call() throws IOException, InterruptedException {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        check(line);
        SequencedMap<String, RunSource> models = models(line);
        PrintWriter out = line.getOut();
        CountDownLatch end = new CountDownLatch(1);
        Batching batching = Batching.STANDARD.with(batchSize, TimeUnit.MICROSECONDS.toNanos(batchWait), threads);
        try (Writer log = log(out);
                PredictionServer server = new PredictionServer(models, new PredictionServer.Settings(address.host(),
                        address.port(), address.token(), batching, log), fault -> report(line, fault))) {
            server.load();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, out)));
            out.println("serve   " + address.url(server.port()));
            out.println(
                    "models  " + String.join(", ", models.keySet()) + "; Ctrl-C answers what was accepted and stops");
            if (out.checkError()) {
                return CommandLine.ExitCode.SOFTWARE; // nobody would learn its address
            }
            end.await();
        }
        return CommandLine.ExitCode.OK;
    }

    /** Ends the process with status 0, because to end it this way is not an error. */
    private static void stop(PredictionServer server, PrintWriter out) {
        server.close();
        out.flush();
        Runtime.getRuntime().halt(CommandLine.ExitCode.OK);
    }

    private static void report(CommandLine line, Throwable fault) {
        boolean isKnown = fault instanceof IOException;
        Messages.warn(line, (isKnown ? "" : "internal error: ") + (isKnown ? fault.getMessage() : fault));
        if (line.getParent().<Main>getCommand().isDebugging()) {
            fault.printStackTrace(line.getErr());
            line.getErr().flush();
        }
    }

    private void check(CommandLine line) {
        address.check();
        if (threads < 1 || threads > Threads.MOST) {
            throw new ParameterException(line, "--threads must be from 1 to " + Threads.MOST + ", not " + threads);
        }
        if (batchSize < 1 || batchSize > LARGEST_BATCH) {
            throw new ParameterException(line,
                    "--batch-size must be from 1 to " + LARGEST_BATCH + ", not " + batchSize);
        }
        if (batchWait < 0 || batchWait > LONGEST_WAIT) {
            throw new ParameterException(line,
                    "--batch-wait must be from 0 to " + LONGEST_WAIT + " microseconds, not " + batchWait);
        }
    }

    /** The runs by name. */
    private SequencedMap<String, RunSource> models(CommandLine line) {
        SequencedMap<String, RunSource> models = new LinkedHashMap<>();
        for (String word : runs) {
            boolean isNamed = word.matches("[A-Za-z0-9._-]+=.+") && !Files.isDirectory(Path.of(word));
            Path folder = Path.of(isNamed ? word.substring(word.indexOf('=') + 1) : word);
            String name = isNamed
                    ? word.substring(0, word.indexOf('='))
                    : String.valueOf(folder.toAbsolutePath().normalize().getFileName());
            if (models.putIfAbsent(name, new RunSource(folder, Compute.with(1))) != null) {
                throw new ParameterException(line, "two models are called " + name
                        + ": give one of them another name, for example " + name + "-2=" + folder);
            }
        }
        return models;
    }

    private @Nullable Writer log(PrintWriter out) throws IOException {
        if (accessLog == null) {
            return null;
        }
        return accessLog.equals(STANDARD_OUTPUT)
                ? new BufferedWriter(out)
                : Files.newBufferedWriter(Path.of(accessLog), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
