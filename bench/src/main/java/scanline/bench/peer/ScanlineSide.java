package scanline.bench.peer;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import scanline.data.sequence.Batch;
import scanline.lab.run.Provenance;

/** Scanline's side of a comparison: a separate process that answers a {@link Side}. */
final class ScanlineSide implements Answers.Measured {
    private final Steps steps;
    private final List<Batch> batches;
    private final boolean dropsOut;

    private ScanlineSide(Case what, Steps steps) {
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
        int threads = Integer.parseInt(arguments[1]);
        if (what.trains()) {
            try (Steps steps = new Steps(what.settings(), threads)) {
                Answers.give(Provenance.version(), new ScanlineSide(what, steps));
            }
        } else {
            try (Steps steps = new Steps(what.settings(), 1);
                    Prediction prediction = new Prediction(steps, what.batch(), threads)) {
                Answers.give(Provenance.version(), prediction);
            }
        }
    }

    @Override
    public void restart(Map<String, String> settings) {
        steps.restart();
    }

    @Override
    public float run(int i) {
        Batch batch = batches.get(i % batches.size());
        // The sides draw different random numbers, so only results that need none can be compared.
        float logit = i == 0 && dropsOut ? steps.logits(batch)[0] : 0;
        float loss = steps.train(batch);
        return i == 0 && dropsOut ? logit : loss;
    }
}
