package scanline.bench;

import java.io.IOException;
import java.util.List;

import scanline.lab.data.Batch;

/** Scanline's side of a comparison, a process of its own that answers a {@link Side}. */
final class ScanlineSide implements Answers.Measured {
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
        try (Steps steps = new Steps(what.settings(), Integer.parseInt(arguments[1]))) {
            Answers.give(new ScanlineSide(what, steps));
        }
    }

    @Override
    public void restart() {
        steps.restart();
    }

    @Override
    public float run(int i) {
        Batch batch = batches.get(i % batches.size());
        return what.work() == Case.Work.TRAIN ? steps.train(batch) : steps.logits(batch)[0];
    }

    @Override
    public long memory() {
        return steps.experiment().memory().bytes();
    }
}
