package scanline.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A long-lived process that measures one case: {@link Answers}, peer.py or DjlSide. It prints {@code ready VERSION},
 * then answers each line with the line's first word and numbers: {@code measure ITERATIONS KEY=VALUE ...} with {@code
 * measure VALUE MILLISECONDS ...}, and {@code memory} with {@code memory BYTES}, the memory that its steps have needed so
 * far. peer.py also answers {@code losses STEPS KEY=VALUE ...} with {@code losses VALUE ...}, and {@code script
 * KEY=VALUE ...} with the shape of the input of the script that it has written. Each answer may be {@code error MESSAGE}
 * instead. The process is idle between requests, and ends when its input does.
 */
final class Side implements AutoCloseable {
    // The time for which the threads of a side may spin before they sleep.
    private static final long REST_MILLISECONDS = 30;

    private final String name;
    private final Process process;
    private final Path errors;
    private final BufferedReader answers;
    private final Writer questions;
    private final String version;

    /**
     * Starts the process and waits until it is ready.
     *
     * @throws BenchException if it cannot start, or reports an error
     */
    Side(String name, List<String> command) {
        this(name, command, Map.of());
    }

    /** Starts the process with further environment variables. */
    Side(String name, List<String> command, Map<String, String> environment) {
        this.name = name;
        try {
            errors = Files.createTempFile("scanline-bench", ".txt");
            errors.toFile().deleteOnExit();
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
            builder.environment().putAll(environment);
            process = builder.start();
        } catch (IOException e) {
            throw new BenchException("cannot start " + name + ": " + e.getMessage());
        }
        answers = process.inputReader(StandardCharsets.UTF_8);
        questions = process.outputWriter(StandardCharsets.UTF_8);
        version = answer("ready");
    }

    /** The version of the library that it measures. */
    String version() {
        return version;
    }

    /** Measures {@code iterations} iterations, after an uncounted one, and waits until the process is idle. */
    Timings measure(int iterations, String settings) {
        double[] numbers = numbers("measure " + iterations + " " + settings);
        try {
            Thread.sleep(REST_MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return new Timings(numbers[0], Arrays.copyOfRange(numbers, 1, numbers.length));
    }

    /** The losses of the first {@code count} training steps. */
    double[] losses(int count, String settings) {
        return numbers("losses " + count + " " + settings);
    }

    /** The memory in bytes that its steps have needed so far, without the parameters. */
    long memory() {
        return (long) numbers("memory")[0];
    }

    /** Asks a question whose answer is its first word and numbers. */
    double[] numbers(String question) {
        ask(question);
        return Arrays.stream(answer(question.split(" ", 2)[0]).split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    @Override
    public void close() {
        try {
            questions.close();
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (IOException _) {
            // It has ended already.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }

    private void ask(String question) {
        try {
            questions.write(question + "\n");
            questions.flush();
        } catch (IOException e) {
            throw ended();
        }
    }

    /** Reads the next line, which must start with the given word, and returns the rest. */
    private String answer(String word) {
        String line = line();
        if (line == null) {
            throw ended();
        }
        if (!line.startsWith(word + " ")) {
            throw new BenchException(name + ": " + (line.startsWith("error ") ? line.substring(6) : line));
        }
        return line.substring(word.length() + 1);
    }

    private @Nullable String line() {
        try {
            return answers.readLine();
        } catch (IOException _) {
            return null;
        }
    }

    /** An exception with the last line on the process's standard error that is not part of a stack trace. */
    private BenchException ended() {
        String message = "none";
        try {
            for (String line : Files.readAllLines(errors)) {
                message = line.isEmpty() || Character.isWhitespace(line.charAt(0)) ? message : line;
            }
        } catch (IOException _) {
            // The output is not text.
        }
        return new BenchException(name + " ended without an answer; its last message: " + message);
    }
}
