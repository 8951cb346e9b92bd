package scanline.engine.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import scanline.engine.backend.Buffer;

/**
 * One application of a {@link CustomOp}. It copies blocks to arrays and back, on every backend: a buffer of the pool
 * may be longer than its tensor, and an operation from outside must not see the rest of it or write to its inputs.
 */
final class CustomPass {
    private final CustomOp op;
    private final Tensor[] inputs;
    private final Tape tape;
    private final Tensor y;

    CustomPass(CustomOp op, Tensor... inputs) {
        this.op = op;
        this.inputs = inputs.clone(); // the caller may reuse the array before the backward pass
        tape = Tape.of(this.inputs);
        @Nullable
        Shape shape = op.shape(shapes());
        if (shape == null) {
            throw new IllegalArgumentException(this + ": shape() returned null for inputs of shapes " + shapes());
        }
        y = tape.result(new Op.Custom(op), shape, this.inputs);
    }

    private List<Shape> shapes() {
        return Stream.of(inputs).map(Tensor::shape).toList();
    }

    Tensor result() {
        float[] values = zeros(y);
        float[][] x = read(inputs);
        run("forward", () -> op.forward(values, Arrays.asList(x)));
        y.value().write(0, values, 0, values.length);
        giveBack(values);
        giveBack(x);
        tape.record(y, this::backward);
        return y;
    }

    private void backward() {
        int count = inputs.length;
        float[][] x = read(inputs);
        float[] values = tape.array(y.shape().elements());
        y.value().read(0, values, 0, values.length);
        float[] dy = tape.array(values.length);
        y.gradient().read(0, dy, 0, dy.length);
        float @Nullable [][] dx = new float[count][];
        for (int i = 0; i < count; i++) {
            dx[i] = inputs[i].needsGradient() ? zeros(inputs[i]) : null;
        }
        run("backward", () -> op.backward(Arrays.asList(dx), dy, values, Arrays.asList(x)));
        for (int i = 0; i < count; i++) {
            // Into zeros, then added: one tensor may be several inputs.
            float[] added = dx[i];
            if (added != null) {
                accumulate(inputs[i], added);
                giveBack(added);
            }
        }
        giveBack(values, dy);
        giveBack(x);
    }

    private void accumulate(Tensor input, float[] added) {
        int n = added.length;
        Buffer buffer = tape.scratch(n);
        buffer.write(0, added, 0, n);
        tape.backend().accumulate(input.gradient(), 0, n, buffer, 0, n, 1, n);
        tape.release(buffer);
    }

    private void run(String method, Runnable call) {
        try {
            call.run();
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalStateException(this + ": " + method + " uses an index outside of its arrays; the inputs"
                    + " have shapes " + shapes() + ", and shape() gave " + y.shape() + " for the result", e);
        }
    }

    private float[][] read(Tensor... tensors) {
        tape.noteRead();
        float[][] values = new float[tensors.length][];
        for (int i = 0; i < tensors.length; i++) {
            values[i] = tape.array(tensors[i].shape().elements());
            tensors[i].value().read(0, values[i], 0, values[i].length);
        }
        return values;
    }

    private float[] zeros(Tensor tensor) {
        float[] values = tape.array(tensor.shape().elements());
        Arrays.fill(values, 0f);
        return values;
    }

    private void giveBack(float[]... arrays) {
        for (float[] array : arrays) {
            tape.giveBack(array);
        }
    }

    @Override
    public String toString() {
        return "custom op " + op.name();
    }
}
