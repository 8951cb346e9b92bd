package scanline.engine.ops;

import java.util.Map;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.kernel.Lanes;
import scanline.engine.tensor.Numbers;

/** Prints the width of the vectors, and a hash over what each op of {@link Ops} makes of its samples. */
public final class OpHashes {
    private OpHashes() {}

    /** See the class. */
    public static void main(String[] arguments) {
        System.out.println("bits " + Lanes.bits());
        try (CpuBackend backend = new CpuBackend(2)) {
            for (Op op : Ops.all()) {
                long hash = 0;
                for (Sample sample : op.samples()) {
                    for (Map.Entry<String, float[]> result : new Trial(backend, sample).train(sample.formula())
                            .entrySet()) {
                        hash = Numbers.hash(hash, result.getValue());
                    }
                    hash = Numbers.hash(hash, new Trial(backend, sample).predict(sample.formula(), 2));
                }
                System.out.println(op + " " + Long.toHexString(hash));
            }
        }
    }
}
