package scanline.lab.cli.terminal;

import picocli.CommandLine;

/** Messages to the user on standard error. */
public final class Messages {
    private Messages() {}

    /** Prints an error line. */
    public static void error(CommandLine command, String message) {
        command.getErr().println(command.getColorScheme().errorText("scanline: " + message));
        command.getErr().flush();
    }

    /** Prints a warning line. */
    public static void warn(CommandLine command, String message) {
        command.getErr().println("warning: " + message);
        command.getErr().flush();
    }
}
