package scanline.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import scanline.lab.run.Provenance;

/** The part of a process of Scanline's that answers a {@link Side}. */
final class Answers {
    /** What is measured. */
    interface Measured {
        /** Goes back to before the first iteration. */
        void restart();

        /** The i-th iteration: its loss, or its first logit; of the first what {@link Timings#value} says. */
        float run(int i);

        /** The bytes that the iterations needed so far, apart from the parameters. */
        long memory();
    }

    private Answers() {}

    /** Answers until nobody asks any more. */
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
