package scanline.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The part of a child JVM that answers the requests of a {@link Side}. */
final class Answers {
    /** The work that is measured. */
    interface Measured {
        /** Restores the state before the first iteration, with the settings of the request. */
        void restart(Map<String, String> settings);

        /**
         * Runs the i-th iteration.
         *
         * @return its loss or first logit; for the first iteration the value that {@link Timings#value} describes
         */
        float run(int i);

        /** The memory in bytes that the iterations have needed so far, without the parameters. */
        default long memory() {
            throw new UnsupportedOperationException("the memory of this side is not measured");
        }
    }

    private Answers() {}

    /** Answers requests to measure until the input ends. */
    static void give(String version, Measured what) throws IOException {
        give(version, words -> words.getFirst().equals("memory")
                ? Long.toString(what.memory())
                : measured(what, Integer.parseInt(words.get(1)), Choices.settings(words.subList(2, words.size()))));
    }

    /**
     * Answers requests until the input ends.
     *
     * @param answer the numbers that answer the words of a request
     */
    static void give(String version, Function<List<String>, String> answer) throws IOException {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        answers.println("ready " + version);
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            List<String> words = Arrays.asList(line.split(" "));
            answers.println(words.getFirst() + " " + answer.apply(words));
        }
    }

    private static String measured(Measured what, int iterations, Map<String, String> settings) {
        what.restart(settings);
        StringBuilder answer = new StringBuilder().append(what.run(0));
        for (int i = 1; i <= iterations; i++) {
            long start = System.nanoTime();
            what.run(i);
            answer.append(' ').append((System.nanoTime() - start) / 1e6);
        }
        return answer.toString();
    }
}
