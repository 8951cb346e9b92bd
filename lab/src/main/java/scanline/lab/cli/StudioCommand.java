package scanline.lab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
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
import scanline.lab.cli.option.Threads;
import scanline.lab.studio.Studio;

/** The command {@code scanline studio}. */
@Command(name = "studio", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Start the web studio on this machine: watch runs train, compare them, and see how a model reads"
                + " what you draw.")
final class StudioCommand implements Callable<Integer> {
    private static final int SHORTEST_TOKEN = 16;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Threads threads = new Threads();

    @Option(names = "--runs", paramLabel = "DIR", defaultValue = "runs",
            description = "Folder of the runs. Default: ${DEFAULT-VALUE}.")
    private Path runs = Path.of("runs");

    @Option(names = "--port", paramLabel = "N", defaultValue = "7070",
            description = "Port to listen on; 0 for any free port. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(names = "--host", paramLabel = "NAME", defaultValue = "127.0.0.1",
            description = "Address to listen on; any but a loopback address needs --token. Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(names = "--token", paramLabel = "TOKEN",
            description = "Access token that clients must send; at least 16 characters.")
    private @Nullable String token;

    @Override
    public Integer call() throws IOException, InterruptedException {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        check(line);
        PrintWriter out = line.getOut();
        PrintWriter err = line.getErr();
        CountDownLatch end = new CountDownLatch(1);
        try (Studio studio = new Studio(runs, host, port, token, threads.compute(), Main.class, fault -> {
            err.println("scanline: internal error: " + fault);
            if (line.getParent().<Main>getCommand().isDebugging()) {
                fault.printStackTrace(err);
            }
            err.flush();
        })) {
            Thread hook = new Thread(studio::close);
            Runtime.getRuntime().addShutdownHook(hook);
            out.println("studio  http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + studio.port() + "/"
                    + (token == null ? "" : "?token=" + token));
            out.println("runs    " + runs + "; Ctrl-C saves the runs in training and stops the studio");
            if (out.checkError()) {
                return CommandLine.ExitCode.SOFTWARE; // nobody would learn its address
            }
            end.await();
        }
        return CommandLine.ExitCode.OK;
    }

    private boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return true; // the server reports the unknown host
        }
    }

    private void check(CommandLine line) {
        if (port < 0 || port > 65_535) {
            throw new ParameterException(line, "--port must be from 0 to 65535, not " + port);
        }
        if (token != null && !token.matches("[A-Za-z0-9._~-]{" + SHORTEST_TOKEN + ",200}")) {
            throw new ParameterException(line, "--token must have " + SHORTEST_TOKEN
                    + " to 200 characters, each a letter, a digit or one of . _ ~ -");
        }
        if (Files.exists(runs) && !Files.isDirectory(runs)) {
            throw new ParameterException(line, "--runs " + runs + " is a file, not a folder of runs");
        }
        if (token == null && !isLoopback()) {
            throw new ParameterException(line, "--host " + host
                    + " can be reached from other machines: set an access token with --token");
        }
    }
}
