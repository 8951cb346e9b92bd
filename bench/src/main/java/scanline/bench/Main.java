package scanline.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import scanline.bench.check.HashMatrix;
import scanline.bench.check.Kills;
import scanline.bench.check.Losses;
import scanline.bench.check.OnnxCheck;
import scanline.bench.check.StudioLoad;
import scanline.bench.peer.Growth;
import scanline.bench.peer.Latency;
import scanline.bench.peer.SideBySide;
import scanline.bench.serve.ServeLoad;
import scanline.data.base.UserException;

/** The commands of {@code ./build bench} that are not JMH benchmarks. */
@Command(name = "bench", mixinStandardHelpOptions = true,
        subcommands = {SideBySide.class, Latency.class, Losses.class, Growth.class, HashMatrix.class, Kills.class,
                OnnxCheck.class, StudioLoad.class, ServeLoad.class},
        description = "Compares Scanline with PyTorch, ONNX Runtime and DJL, and with itself.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:done", "1:failed, or results differ that must agree", "2:incorrect usage"})
final class Main {
    private Main() {}

    /** Runs a command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((exception, command, _) -> {
            if (!(exception instanceof UserException)) {
                throw exception; // with its stack trace
            }
            command.getErr().println("bench: " + exception.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        });
        System.exit(line.execute(arguments));
    }
}
