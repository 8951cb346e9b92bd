package scanline.bench.peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Commands that start a separate JVM for a main class, with the flags of Scanline's launcher (scripts/jdk.sh). */
public final class ChildJvm {
    /** Scanline's command line, whose package the lab does not export. */
    public static final String SCANLINE = "scanline.lab/scanline.lab.cli.Main";

    private ChildJvm() {}

    /**
     * Returns the command that starts a main class of this module.
     *
     * @param options further flags
     */
    public static List<String> command(List<String> options, Class<?> main, Object... arguments) {
        return command(options, main.getModule().getName() + "/" + main.getName(), arguments);
    }

    /**
     * Returns the command that starts a main class of any module.
     *
     * @param main the module, a slash, and the class
     */
    public static List<String> command(List<String> options, String main, Object... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Stream.of(System.getProperty("scanline.flags", "").split(" ")).filter(flag -> !flag.isEmpty())
                .forEach(command::add);
        command.addAll(options);
        command.addAll(List.of("--module-path", System.getProperty("jdk.module.path"), "--module", main));
        Stream.of(arguments).map(Object::toString).forEach(command::add);
        return command;
    }
}
