package scanline.bench.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.recurrent.RNN;
import ai.djl.nn.recurrent.RecurrentBlock;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.optimizer.Optimizer.OptimizerBuilder;
import ai.djl.training.tracker.Tracker;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A case that is read from the files written by PeerFolder.java and built from DJL's own blocks. */
final class DjlCase {
    /** The part of case.json that a training step of DJL needs. */
    private record Description(String work, long[] shape, int classes, String cell, int hidden, int layers,
            boolean bidirectional, boolean relu, String readout, double smoothing,
            List<JsonElement> optimizer, List<JsonElement> clip) {
        boolean canBeMeasured() {
            boolean byNorm = !clip.isEmpty() && clip.getFirst().getAsString().equals("clip_grad_norm_");
            return work.equals("TRAIN") && !bidirectional && readout.equals("LAST") && smoothing == 0 && !byNorm;
        }
    }

    private final Description description;
    private final List<NDArray> values = new ArrayList<>();
    private final List<NDArray> labels = new ArrayList<>();
    private final FloatBuffer weights;

    private DjlCase(Description description, FloatBuffer weights) {
        this.description = description;
        this.weights = weights;
    }

    /**
     * Reads a case; its batches live as long as {@code manager}.
     *
     * @throws UnsupportedOperationException if DJL cannot be measured at this case
     */
    static DjlCase read(Path folder, NDManager manager) throws IOException {
        Description description;
        try (Reader reader = Files.newBufferedReader(folder.resolve("case.json"))) {
            description = new Gson().fromJson(reader, Description.class);
        }
        if (!description.canBeMeasured()) {
            throw new UnsupportedOperationException(
                    "DJL can only be measured at training in one direction by the last state, without smoothing or clipping"
                            + " by norm");
        }
        DjlCase read = new DjlCase(description, bytes(folder, "weights").asFloatBuffer());
        FloatBuffer values = bytes(folder, "values").asFloatBuffer();
        LongBuffer labels = bytes(folder, "labels").asLongBuffer();
        long[] shape = description.shape();
        for (int i = 0; i < shape[0]; i++) {
            float[] batch = new float[(int) (shape[1] * shape[2] * shape[3])];
            values.get(batch);
            // DJL's recurrent blocks read [B, T, F] by default, the most common layout in PyTorch.
            read.values.add(manager.create(batch, new Shape(shape[1], shape[2], shape[3])).transpose(1, 0, 2)
                    .duplicate());
            long[] classes = new long[(int) shape[2]];
            labels.get(classes);
            read.labels.add(manager.create(classes));
        }
        return read;
    }

    NDArray values(int batch) {
        return values.get(batch % values.size());
    }

    NDArray labels(int batch) {
        return labels.get(batch % labels.size());
    }

    Shape inputShape() {
        return values.getFirst().getShape();
    }

    /** Builds the recurrent layers, their last step, the ReLU if there is one, and the linear map. */
    Block network() {
        SequentialBlock network = new SequentialBlock();
        network.add(recurrent());
        network.add(outputs -> new NDList(outputs.singletonOrThrow().get(":, -1")));
        if (description.relu()) {
            network.add(Activation.reluBlock());
        }
        return network.add(Linear.builder().setUnits(description.classes()).build());
    }

    private Block recurrent() {
        return switch (description.cell()) {
            case "LSTM" -> sized(LSTM.builder()).build();
            case "GRU" -> sized(GRU.builder()).build();
            case "RNN_TANH" -> sized(RNN.builder()).setActivation(RNN.Activation.TANH).build();
            case "RNN_RELU" -> sized(RNN.builder()).setActivation(RNN.Activation.RELU).build();
            default -> throw new UnsupportedOperationException("DJL does not support the cell " + description.cell());
        };
    }

    private <T extends RecurrentBlock.BaseBuilder<T>> T sized(T builder) {
        return builder.setStateSize(description.hidden()).setNumLayers(description.layers());
    }

    /** Sets every parameter. DJL passes its weights to libtorch, so their order and shapes are PyTorch's. */
    void setWeights(Block network) {
        FloatBuffer rest = weights.duplicate();
        for (Parameter parameter : network.getParameters().values()) {
            float[] part = new float[(int) parameter.getShape().size()];
            rest.get(part);
            parameter.getArray().set(part);
        }
        if (rest.hasRemaining()) {
            throw new IllegalStateException(rest.remaining() + " weights are left over");
        }
    }

    /**
     * Returns the optimizer of the same kind. DJL's PyTorch engine has no RMSProp, so Adam, which needs about as much
     * work, is used instead. DJL clips gradients by value only from above.
     */
    Optimizer optimizer() {
        String kind = description.optimizer().getFirst().getAsString();
        JsonObject arguments = description.optimizer().get(1).getAsJsonObject();
        Tracker rate = Tracker.fixed(arguments.get("lr").getAsFloat());
        return switch (kind) {
            case "SGD" -> clipped(Optimizer.sgd().setLearningRateTracker(rate)
                    .optMomentum(arguments.get("momentum").getAsFloat())).build();
            case "Adam", "RMSprop" -> clipped(Optimizer.adam().optLearningRateTracker(rate)).build();
            default -> throw new UnsupportedOperationException("DJL's side does not support the optimizer " + kind);
        };
    }

    private <T extends OptimizerBuilder<T>> T clipped(T builder) {
        List<JsonElement> clip = description.clip();
        return clip.isEmpty() ? builder : builder.optClipGrad(clip.get(1).getAsFloat());
    }

    private static ByteBuffer bytes(Path folder, String name) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name))).order(ByteOrder.LITTLE_ENDIAN);
    }
}
