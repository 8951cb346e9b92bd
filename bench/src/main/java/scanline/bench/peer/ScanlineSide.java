package scanline.bench.peer;

import java.io.IOException;
import java.util.List;

import scanline.data.sequence.Batch;

/** Scanline's side of a comparison: a separate process that answers a {@link Side}. */
final class ScanlineSide implements Answers.Measured {
    private final Case what;
    private final Steps steps;
    private final List<Batch> batches;
    private final boolean dropsOut;

    private ScanlineSide(Case what, Steps steps) {
        this.what = what;
        this.steps = steps;
        batches = what.batches(steps);
        dropsOut = what.network().dropsOut();
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
        if (!what.work().trains()) {
            return steps.logits(batch)[0];
        }
        // The sides draw different random numbers, so only results that need none can be compared.
        float logit = i == 0 && dropsOut ? steps.logits(batch)[0] : 0;
        float loss = steps.train(batch);
        return i == 0 && dropsOut ? logit : loss;
    }

    @Override
    public long memory() {
        return steps.experiment().engine().bytes();
    }
}
