package scanline.lab.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tensor;

/**
 * A network that writes labels one after the other, each given those before it. Its words are the labels, from 0 on,
 * the word that ends an answer and the word that starts it.
 */
public non-sealed interface Autoregressive extends Network {
    /** The word that starts an answer. */
    int start();

    /** The word that ends an answer. */
    int end();

    /** The number of paths that {@link BeamSearch} follows; 1 is greedy. */
    int beamWidth();

    /**
     * Encodes images.
     *
     * @param x [T, B, F]
     * @return [S, B, W]
     */
    Tensor encode(Tensor x);

    /**
     * Scores the word that follows each given word (teacher forcing).
     *
     * @param encoded the encoded images, [S, B, W]
     * @param words time-major, [L, B]: {@link #start} and the given labels
     * @return logits of the word after each, [L, B, V]
     */
    Tensor forward(Tensor encoded, int[] words);

    /** Starts an answer, word by word. This implementation recomputes from the first word at every step. */
    default Decoding decode(Tensor encoded) {
        return new WholePrefix(this, encoded);
    }

    /**
     * Returns the attention weights of an answer; empty if the model does not attend.
     *
     * @param x [T, B, F]
     * @param words time-major, [L, B]
     */
    default Optional<Attention> attention(Tensor x, int[] words) {
        return Optional.empty();
    }

    /** Answers that grow one word at a time, one for each path that is followed. */
    interface Decoding {
        /**
         * Appends a word to each path.
         *
         * @param parents for each path, the path of the previous call that it continues; in the first call, its image
         * @param words the word appended to each path
         * @return logits of the next word, [paths, V]
         */
        Tensor next(int[] parents, int[] words);
    }

    /**
     * Attention weights, block by block, after the softmax. The heads of an example are adjacent.
     *
     * @param encoder [B heads, T, T] each: how much each step attends to each step
     * @param own [B heads, L, L] each: how much each word attends to each word
     * @param cross [B heads, L, T] each: how much each word attends to each step
     */
    record Attention(List<Tensor> encoder, List<Tensor> own, List<Tensor> cross) {}

    /** Decoding by teacher forcing on the whole prefix. */
    final class WholePrefix implements Decoding {
        private final Autoregressive network;
        private Tensor encoded;
        private int[][] paths = new int[0][];

        WholePrefix(Autoregressive network, Tensor encoded) {
            this.network = network;
            this.encoded = encoded;
        }

        @Override
        public Tensor next(int[] parents, int[] words) {
            encoded = Shaping.examples(encoded, parents);
            int[][] before = paths;
            int length = before.length == 0 ? 0 : before[0].length;
            paths = new int[words.length][];
            int[] all = new int[(length + 1) * words.length];
            for (int p = 0; p < words.length; p++) {
                paths[p] = length == 0 ? new int[1] : Arrays.copyOf(before[parents[p]], length + 1);
                paths[p][length] = words[p];
                for (int t = 0; t <= length; t++) {
                    all[t * words.length + p] = paths[p][t];
                }
            }
            return network.forward(encoded, all).step(length);
        }
    }
}
