package scanline.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import scanline.lab.data.Batch;
import scanline.lab.train.Provenance;

/** Scanline's side of a comparison, a process of its own; {@link Side} says how it is talked to. */
final class ScanlineSide {
    private final Case what;
    private final Steps steps;
    private final List<Batch> batches;

    private ScanlineSide(Case what, Steps steps) {
        this.what = what;
        this.steps = steps;
        batches = what.batches(steps);
    }

    /** The command that starts this side. */
    static List<String> command(Case what, int threads) {
        return ChildJvm.command(List.of(), ScanlineSide.class, what.name(), threads);
    }

    /** {@code ScanlineSide CASE THREADS}. */
    public static void main(String[] arguments) throws IOException {
        Case what = Case.named(arguments[0]);
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (Steps steps = new Steps(what.settings(), Integer.parseInt(arguments[1]))) {
            ScanlineSide side = new ScanlineSide(what, steps);
            answers.println("ready " + Provenance.version());
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                answers.println(side.measured(Integer.parseInt(line.split(" ")[1])));
            }
        }
    }

    private String measured(int iterations) {
        steps.restart();
        StringBuilder answer = new StringBuilder("measured ").append(run(batches.getFirst()));
        for (int i = 1; i <= iterations; i++) {
            Batch batch = batches.get(i % batches.size());
            long start = System.nanoTime();
            run(batch);
            answer.append(' ').append((System.nanoTime() - start) / 1e6);
        }
        return answer.toString();
    }

    private float run(Batch batch) {
        return what.work() == Case.Work.TRAIN ? steps.train(batch) : steps.logits(batch)[0];
    }
}
