package scanline.engine.ops;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.io.SafeTensors;
import scanline.engine.io.SafeTensors.Entry;
import scanline.engine.ops.Sample.Input;

/**
 * Writes what src/test/python/golden_ops.py reads: {@code OpInputs FILE.safetensors} holds, for every small sample of
 * {@link Ops}, its inputs and the gradient of its value, and as metadata its expression in PyTorch.
 */
public final class OpInputs {
    private OpInputs() {}

    /** See the class. */
    public static void main(String[] arguments) throws IOException {
        List<Entry> tensors = new ArrayList<>();
        Map<String, String> expressions = new LinkedHashMap<>();
        for (Op op : Ops.all()) {
            for (Sample sample : op.small()) {
                String name = name(op, sample);
                expressions.put(name, sample.torch());
                for (Input input : sample.inputs()) {
                    tensors.add(new Entry(name + "/" + input.name(), input.sizes(), sample.values(input)));
                }
                int n = new Trial(new ReferenceBackend(), sample).infer(sample.formula()).length;
                tensors.add(new Entry(name + "/upstream", new int[] {n}, Trial.upstream(n)));
            }
        }
        SafeTensors.write(Path.of(arguments[0]), new SafeTensors(tensors, expressions));
    }

    /** What PyTorch's results are called. */
    static String name(Op op, Sample sample) {
        return op + " " + sample;
    }
}
