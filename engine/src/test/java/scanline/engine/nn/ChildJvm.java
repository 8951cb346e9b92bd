package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import scanline.engine.tensor.Tape;

/** A Java of its own for a main class of the tests, with options that a running one cannot take. */
public final class ChildJvm {
    private ChildJvm() {}

    /** Runs a main class to its end: the values of the lines that it prints, by their first word. */
    public static Map<String, List<String>> run(List<String> options, Class<?> main, Object... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--add-modules=jdk.incubator.vector");
        Collections.addAll(command, "-cp", root(Tape.class) + File.pathSeparator + root(main));
        command.addAll(options);
        command.add(main.getName());
        Stream.of(arguments).map(Object::toString).forEach(command::add);
        Path output = Files.createTempFile("scanline", ".txt");
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile())
                    .start();
            int status = process.waitFor();
            List<String> lines = Files.readAllLines(output);
            assertThat(status).as("%s: %s", command, lines).isZero();
            return lines.stream().map(line -> line.split(" ", 2)).filter(words -> words.length == 2).collect(
                    Collectors.groupingBy(words -> words[0],
                            Collectors.mapping(words -> words[1], Collectors.toList())));
        } finally {
            Files.delete(output);
        }
    }

    /** The folder from which a class was loaded, which for a class of the tests is not its module's. */
    private static Path root(Class<?> type) {
        Path file = Path.of(URI.create(type.getResource(type.getSimpleName() + ".class").toString()));
        for (int i = type.getName().split("\\.").length; i > 0; i--) {
            file = file.getParent();
        }
        return file;
    }
}
