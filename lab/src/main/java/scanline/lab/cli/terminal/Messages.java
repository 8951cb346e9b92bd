package scanline.lab.cli.terminal;

import picocli.CommandLine;

/** Lines on standard error that are for the user. */
public final class Messages {
    private Messages() {}

    /** Tells of what failed, in a line. */
    public static void error(CommandLine command, String message) {
        command.getErr().println(command.getColorScheme().errorText("scanline: " + message));
        command.getErr().flush();
    }

    /** Tells, in a line, what a user should know of something that did not fail. */
    public static void warn(CommandLine command, String message) {
        command.getErr().println("warning: " + message);
        command.getErr().flush();
    }
}
