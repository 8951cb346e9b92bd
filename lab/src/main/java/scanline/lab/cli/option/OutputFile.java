package scanline.lab.cli.option;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;

import picocli.CommandLine;
import scanline.engine.file.AtomicFile;
import scanline.lab.cli.Main;

/** The output file that an option names; {@code -} is standard output. */
public final class OutputFile {
    private static final Set<String> STANDARD_OUTPUT = Set.of("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1");

    private final Path file;
    private final boolean standard;

    /** Takes the name from the command line. */
    public OutputFile(String name) {
        file = Path.of(name);
        standard = STANDARD_OUTPUT.contains(name);
    }

    /**
     * Checks that the file can be written, before anything is computed for it.
     *
     * @throws scanline.engine.file.FileAccessException if it cannot be written
     */
    public void requireWritable() throws IOException {
        if (!standard) {
            AtomicFile.requireWritable(file);
        }
    }

    /** Writes the file as {@link AtomicFile} does; {@link Main} reports a failure of standard output. */
    public void write(AtomicFile.Content content) throws IOException {
        if (standard) {
            content.writeTo(System.out);
        } else {
            AtomicFile.write(file, content);
        }
    }

    /** Writes a text in UTF-8. */
    public void write(String text) throws IOException {
        write(out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Returns where a command prints its messages: standard error if the file itself goes to standard output. */
    public PrintWriter words(CommandLine line) {
        return standard ? line.getErr() : line.getOut();
    }

    @Override
    public String toString() {
        return standard ? "standard output" : file.toString();
    }
}
