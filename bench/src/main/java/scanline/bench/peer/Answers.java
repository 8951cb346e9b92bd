package scanline.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import scanline.lab.run.Provenance;

/** The part of a Scanline process that answers the requests of a {@link Side}. */
final class Answers {
    /** The work that is measured. */
    interface Measured {
        /** Restores the state before the first iteration. */
        void restart();

        /**
         * Runs the i-th iteration.
         *
         * @return its loss or first logit; for the first iteration the value that {@link Timings#value} describes
         */
        float run(int i);

        /** The memory in bytes that the iterations have needed so far, without the parameters. */
        long memory();
    }

    private Answers() {}

    /** Answers requests until the input ends. */
    static void give(Measured what) throws IOException {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        answers.println("ready " + Provenance.version());
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            String[] words = line.split(" ");
            answers.println(words[0].equals("memory")
                    ? "memory " + what.memory()
                    : "measured " + measured(what, Integer.parseInt(words[1])));
        }
    }

    private static String measured(Measured what, int iterations) {
        what.restart();
        StringBuilder answer = new StringBuilder().append(what.run(0));
        for (int i = 1; i <= iterations; i++) {
            long start = System.nanoTime();
            what.run(i);
            answer.append(' ').append((System.nanoTime() - start) / 1e6);
        }
        return answer.toString();
    }
}
