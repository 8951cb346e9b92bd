package scanline.lab.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import scanline.engine.tensor.Shaping;
import scanline.engine.tensor.Tensor;

/**
 * A network that answers with labels one after the other, each given those before it. Its words are the labels, from 0 on,
 * the word that ends an answer and the one that begins it.
 */
public non-sealed interface Autoregressive extends Network {
    /** The word in front of an answer. */
    int start();

    /** The word behind an answer. */
    int end();

    /** How many paths {@link BeamSearch} follows; 1 is greedy. */
    int beam();

    /**
     * What is known of pictures before the first word.
     *
     * @param x [T, B, F]
     * @return [S, B, W]
     */
    Tensor encode(Tensor x);

    /**
     * What comes next behind each of some words (teacher forcing).
     *
     * @param encoded of the pictures, [S, B, W]
     * @param words time-major, [L, B]: {@link #start} and the labels that are given
     * @return logits of the word behind each, [L, B, V]
     */
    Tensor forward(Tensor encoded, int[] words);

    /** Begins to answer, word by word; this way computes again from the first word on at every step. */
    default Decoding decode(Tensor encoded) {
        return new WholePrefix(this, encoded);
    }

    /**
     * Where an answer looks; nothing where a model does not attend.
     *
     * @param x [T, B, F]
     * @param words time-major, [L, B]
     */
    default Optional<Attention> attention(Tensor x, int[] words) {
        return Optional.empty();
    }

    /** Answers that grow by a word at a time, for every path that is followed. */
    interface Decoding {
        /**
         * Goes on by a word.
         *
         * @param parents for each path which one of the call before it goes on from; at the first call, which picture
         * @param words the word put behind it
         * @return logits of the next word, [paths, V]
         */
        Tensor next(int[] parents, int[] words);
    }

    /**
     * The weights of attention, block by block, after the softmax, the heads of an example behind each other.
     *
     * @param encoder [B heads, T, T] each: how much each step takes of each step
     * @param own [B heads, L, L] each: how much each word takes of each word
     * @param cross [B heads, L, T] each: how much each word takes of each step
     */
    record Attention(List<Tensor> encoder, List<Tensor> own, List<Tensor> cross) {}

    /** Decoding by teacher forcing. */
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
            return Shaping.step(network.forward(encoded, all), length);
        }
    }
}
