package scanline.lab.base;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Scanline's command line in a process of its own, with this JVM and the flags that it was given. */
public final class CommandProcess {
    private CommandProcess() {}

    /**
     * A process that is not started yet.
     *
     * @param main the class of the command line, which is not known here
     * @param words of the command, such as train and its arguments
     */
    public static ProcessBuilder of(Class<?> main, List<String> words) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-agentlib:")).forEach(command::add);
        command.addAll(List.of("-Dscanline.terminal=0", "-Dscanline.color=false", "--module",
                main.getModule().getName() + "/" + main.getName()));
        command.addAll(words);
        return new ProcessBuilder(command);
    }
}
