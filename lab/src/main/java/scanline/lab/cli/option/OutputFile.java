package scanline.lab.cli.option;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;

import picocli.CommandLine;
import scanline.engine.io.AtomicFile;
import scanline.lab.cli.Main;

/** What an option names that takes a file to write: that file, or standard output, which is {@code -}. */
public final class OutputFile {
    private static final Set<String> STANDARD_OUTPUT = Set.of("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1");

    private final Path file;
    private final boolean standard;

    public OutputFile(String name) {
        file = Path.of(name);
        standard = STANDARD_OUTPUT.contains(name);
    }

    /**
     * Refuses it before anything is computed for it.
     *
     * @throws scanline.engine.io.FileAccessException if it cannot be written as things stand
     */
    public void requireWritable() throws IOException {
        if (!standard) {
            AtomicFile.requireWritable(file);
        }
    }

    /** Writes it, as {@link AtomicFile} does; whether standard output took it, {@link Main} finds out. */
    public void write(AtomicFile.Content content) throws IOException {
        if (standard) {
            content.writeTo(System.out);
        } else {
            AtomicFile.write(file, content);
        }
    }

    /** Writes a text in UTF-8 to it. */
    public void write(String text) throws IOException {
        write(out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Where a command says what there is to say besides: not in the middle of the file. */
    public PrintWriter words(CommandLine line) {
        return standard ? line.getErr() : line.getOut();
    }

    @Override
    public String toString() {
        return standard ? "standard output" : file.toString();
    }
}
