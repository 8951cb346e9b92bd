package scanline.lab.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import scanline.engine.geometry.Mask;
import scanline.engine.geometry.Nonlinearity;
import scanline.engine.nn.DecoderBlock;
import scanline.engine.nn.Embedding;
import scanline.engine.nn.EncoderBlock;
import scanline.engine.nn.Initializer;
import scanline.engine.nn.Linear;
import scanline.engine.nn.MultiHeadAttention;
import scanline.engine.nn.Positions;
import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * A transformer that reads a sequence of steps and writes a sequence of labels (Vaswani et al. 2017), built from the
 * layers that PyTorch calls {@code nn.TransformerEncoderLayer} and {@code nn.TransformerDecoderLayer}: post-norm, ReLU.
 * A linear map embeds the steps, a table embeds the words, and both have learned positions; a linear map of the
 * decoder's output scores the next word. The words are the labels, then the start, then the end.
 *
 * @param width numbers per step and per word
 * @param encoderDepth number of encoder blocks
 * @param decoderDepth number of decoder blocks
 * @param heads number of attention heads, which share the width
 * @param feedForward hidden units of a ReLU network
 * @param dropout dropout rate, in [0, 1): of the attention weights and output, and twice in the ReLU network
 * @param positions number of words of an answer that have a learned position, the start being the first
 * @param beamWidth number of paths that are followed in decoding, 1 for greedy
 */
public record TransformerModel(int width, int encoderDepth, int decoderDepth, int heads, int feedForward,
        double dropout,
        int positions, int beamWidth) implements Model {
    /** The model of digit sequences. */
    public static final TransformerModel DEFAULT = new TransformerModel(64, 6, 6, 4, 256, 0.1, 100, 1);

    /** Checks the hyperparameters. */
    public TransformerModel {
        Ranges.requireSize("width", width);
        Ranges.requireDepth("encoderDepth", encoderDepth);
        Ranges.requireDepth("decoderDepth", decoderDepth);
        Ranges.requireSize("heads", heads);
        Ranges.requireSize("feedForward", feedForward);
        Ranges.requireDropout(dropout);
        Ranges.requireSize("positions", positions);
        Ranges.requireBeam(beamWidth);
        Ranges.requireDivides(heads, width);
    }

    @Override
    public Autoregressive build(Weights weights, Input input) {
        requirePositions(input);
        EncoderBlock.Options options = new EncoderBlock.Options(
                MultiHeadAttention.Options.shared(width, heads, (float) dropout, Initializer.UNIFORM), feedForward,
                Nonlinearity.RELU, false, Initializer.UNIFORM);
        Weights reads = weights.scope("encoder");
        Linear embedding = new Linear(reads.scope("embedding"), input.features(), width);
        Positions places = new Positions(reads, input.steps(), width);
        List<EncoderBlock> encoder = new ArrayList<>();
        for (int l = 0; l < encoderDepth; l++) {
            encoder.add(new EncoderBlock(reads.scope("layers." + l), options));
        }
        Weights writes = weights.scope("decoder");
        Embedding words = new Embedding(writes.scope("embedding"), input.classes() + 2, width);
        Positions wordPlaces = new Positions(writes, positions, width);
        List<DecoderBlock> decoder = new ArrayList<>();
        for (int l = 0; l < decoderDepth; l++) {
            decoder.add(new DecoderBlock(writes.scope("layers." + l), options));
        }
        Linear fc = new Linear(weights.scope("fc"), width, input.classes() + 2);
        return new Built(input.classes(), beamWidth, embedding, places, encoder, words, wordPlaces, decoder, fc);
    }

    private void requirePositions(Input input) {
        if (input.longest() + 1 > positions) {
            throw new IllegalArgumentException("model.positions is " + positions + ", but an answer of up to "
                    + input.longest() + " labels (data.canvas) and its start take " + (input.longest() + 1));
        }
    }

    private record Built(int classes, int beamWidth, Linear embedding, Positions places, List<EncoderBlock> encoder,
            Embedding words, Positions wordPlaces, List<DecoderBlock> decoder, Linear fc) implements Autoregressive {
        @Override
        public int start() {
            return classes;
        }

        @Override
        public int end() {
            return classes + 1;
        }

        @Override
        public Tensor encode(Tensor x) {
            Tensor y = embed(x);
            for (EncoderBlock block : encoder) {
                y = block.forward(y, Mask.NONE);
            }
            return y;
        }

        private Tensor embed(Tensor x) {
            return places.forward(embedding.forward(x));
        }

        @Override
        public Tensor forward(Tensor encoded, int[] given) {
            Tensor y = embed(given, encoded);
            for (DecoderBlock block : decoder) {
                y = block.forward(y, encoded, Mask.CAUSAL);
            }
            return fc.forward(y);
        }

        private Tensor embed(int[] given, Tensor encoded) {
            int batch = encoded.shape().size(1);
            return wordPlaces.forward(words.forward(given, given.length / batch, batch, encoded));
        }

        @Override
        public Decoding decode(Tensor encoded) {
            return new Cached(this, encoded);
        }

        @Override
        public Optional<Attention> attention(Tensor x, int[] given) {
            List<Tensor> read = new ArrayList<>();
            Tensor encoded = embed(x);
            for (EncoderBlock block : encoder) {
                read.add(block.weights(encoded, Mask.NONE));
                encoded = block.forward(encoded, Mask.NONE);
            }
            List<Tensor> own = new ArrayList<>();
            List<Tensor> cross = new ArrayList<>();
            Tensor y = embed(given, encoded);
            for (DecoderBlock block : decoder) {
                DecoderBlock.Attended attended = block.weights(y, encoded, Mask.CAUSAL);
                own.add(attended.own());
                cross.add(attended.cross());
                y = block.forward(y, encoded, Mask.CAUSAL);
            }
            return Optional.of(new Attention(read, own, cross));
        }
    }

    /** Decoding that caches keys and values: each word is computed once, bit-identical to {@link Built#forward}. */
    private static final class Cached implements Autoregressive.Decoding {
        private final Built network;
        private final List<Tensor> remembered = new ArrayList<>();
        private final List<@Nullable Tensor> earlierWords = new ArrayList<>();
        private int[] pictures; // the image of each path
        private int place;

        Cached(Built network, Tensor encoded) {
            this.network = network;
            for (DecoderBlock block : network.decoder) {
                remembered.add(block.remember(encoded));
                earlierWords.add(null);
            }
            pictures = IntStream.range(0, encoded.shape().size(1)).toArray();
        }

        @Override
        public Tensor next(int[] parents, int[] given) {
            Tensor y = network.words.forward(given, 1, given.length, remembered.getFirst());
            y = network.wordPlaces.at(y, place++);
            int[] before = pictures;
            pictures = IntStream.of(parents).map(parent -> before[parent]).toArray();
            // Paths mostly change places within their image, and never in greedy decoding: what stays is not copied.
            boolean samePictures = Arrays.equals(pictures, before);
            boolean samePaths = Arrays.equals(parents, IntStream.range(0, before.length).toArray());
            for (int l = 0; l < network.decoder.size(); l++) {
                if (!samePictures) {
                    remembered.set(l, Shaping.examples(remembered.get(l), parents));
                }
                Tensor earlier = earlierWords.get(l);
                DecoderBlock.Next next = network.decoder.get(l).next(y,
                        earlier == null || samePaths ? earlier : Shaping.examples(earlier, parents), remembered.get(l));
                earlierWords.set(l, next.keysAndValues());
                y = next.y();
            }
            return network.fc.forward(y.step(0));
        }
    }

}
