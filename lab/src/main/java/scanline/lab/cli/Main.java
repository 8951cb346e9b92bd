package scanline.lab.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Scanline's command line. */
@Command(name = "scanline", mixinStandardHelpOptions = true, version = "Scanline 0.1.0",
        description = "Trains, compares and serves sequence models on images.", subcommands = DataCommand.class)
final class Main {
    private Main() {}

    /** Runs one command and exits with its status. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
