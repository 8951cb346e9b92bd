package scanline.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A process that a test starts. */
final class Command {
    private final List<String> words = new ArrayList<>();
    // The date that ./build writes into files, in seconds since 1970: a checkout may lack the git that states another one.
    private final Map<String, String> environment = new HashMap<>(Map.of("SOURCE_DATE_EPOCH", "1764374400"));
    private Path folder = project();

    /**
     * How a process ended.
     *
     * @param status
     *            the exit status
     * @param out
     *            what it wrote to standard output
     * @param err
     *            what it wrote to standard error
     */
    record Ended(int status, String out, String err) {}

    private Command() {}

    static Command of(Object... words) {
        return new Command().and(words);
    }

    /** Returns the folder of the checkout. */
    static Path project() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("build")) || !Files.isDirectory(folder.resolve("recipes"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    /** Sets the folder in which the process is started. Default: that of the checkout. */
    Command in(Path folder) {
        this.folder = folder;
        return this;
    }

    /** Sets a variable of the environment; empty removes it. */
    Command with(String variable, Object value) {
        environment.put(variable, value.toString());
        return this;
    }

    /** Adds words to the command. */
    Command and(Object... more) {
        for (Object word : more) {
            words.add(word.toString());
        }
        return this;
    }

    /** Adds words to the command. */
    Command and(List<String> more) {
        words.addAll(more);
        return this;
    }

    /** Runs the process to its end. */
    Ended run() {
        try {
            Path err = Files.createTempFile("err", ".txt");
            ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile()).redirectError(err.toFile());
            // Surefire's own options are for this JVM.
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            environment.forEach((variable, value) -> {
                if (value.isEmpty()) {
                    builder.environment().remove(variable);
                } else {
                    builder.environment().put(variable, value);
                }
            });
            Process process = builder.start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes());
            int status = process.waitFor();
            String errors = Files.readString(err);
            Files.delete(err);
            return new Ended(status, out, errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs the process, which has to succeed, and returns what it wrote to standard output. */
    String output() {
        Ended ended = run();
        assertThat(ended.status()).as("%s in %s: %s%n%s", words, folder, ended.err(), ended.out()).isZero();
        return ended.out();
    }
}
