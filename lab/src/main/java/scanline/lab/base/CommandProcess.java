package scanline.lab.base;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import scanline.data.plugin.Plugins;

/** Builds processes that run Scanline's command line with this JVM, its flags, module path or class path, and plugins. */
public final class CommandProcess {
    private CommandProcess() {}

    /**
     * Returns a process that is not started yet.
     *
     * @param main the main class of the command line, which this package does not know
     * @param words the command and its arguments, such as {@code train lstm-rows}
     * @throws RunException if this process has classes that a new one would not find: those of a jar in another jar
     */
    public static ProcessBuilder of(Class<?> main, List<String> words) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-agentlib:")).forEach(command::add);
        command.addAll(List.of("-Dscanline.terminal=0", "-Dscanline.color=false"));
        if (main.getModule().isNamed()) {
            command.addAll(List.of("--module", main.getModule().getName() + "/" + main.getName()));
        } else if (ClassLoader.getSystemClassLoader().equals(main.getClassLoader())) {
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        } else {
            throw new RunException("java cannot start a process from a jar in another jar: extract " +
                    System.getProperty("java.class.path") + ", and use its jars as the class path");
        }
        command.addAll(words);
        ProcessBuilder process = new ProcessBuilder(command);
        Plugins.current().folder().ifPresent(folder -> process.environment().put(Plugins.VARIABLE, folder.toString()));
        return process;
    }
}
