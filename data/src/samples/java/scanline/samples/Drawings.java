package scanline.samples;

import java.util.Arrays;
import java.util.zip.CRC32;
import scanline.engine.random.RandomKey;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;

/** What tests of drawn pictures have in common. */
public final class Drawings {
    /** How many deviations a count may be off: by chance in one of 1.7 million. */
    public static final double DEVIATIONS = 5;

    private Drawings() {}

    /** Images of random pixels, labeled 0, 1, ... again and again. */
    public static ImageSet noise(int count, int height, int width, int classes) {
        RandomKey key = RandomKey.of(1, "noise");
        byte[] pixels = new byte[count * height * width];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) key.below(256, i);
        }
        return new ImageSet(height, width, pixels, labels(count, classes), classes);
    }

    /** Images that each have one level: the first 1, the second 2, and so on. */
    public static ImageSet flat(int count, int height, int width, int classes) {
        byte[] pixels = new byte[count * height * width];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (1 + i / (height * width));
        }
        return new ImageSet(height, width, pixels, labels(count, classes), classes);
    }

    private static byte[] labels(int count, int classes) {
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) (i % classes);
        }
        return labels;
    }

    /** A picture, over what was in the array before. */
    public static byte[] draw(Pictures pictures, int number) {
        byte[] pixels = new byte[pictures.height() * pictures.width()];
        Arrays.fill(pixels, (byte) 0x5A);
        pictures.draw(number, pixels, 0);
        return pixels;
    }

    /** The checksum of the first pictures and their answers. */
    public static long checksum(Pictures pictures, int count) {
        CRC32 crc = new CRC32();
        for (int number = 0; number < count; number++) {
            crc.update(draw(pictures, number));
            for (int label : pictures.answer(number)) {
                crc.update(label);
            }
        }
        return crc.getValue();
    }

    /** How many deviations a count is from that of a probability. */
    public static double deviations(long count, int trials, double probability) {
        double variance = trials * probability * (1 - probability);
        return variance == 0
                ? count == Math.round(trials * probability) ? 0 : Double.POSITIVE_INFINITY
                : Math.abs(count - trials * probability) / Math.sqrt(variance);
    }
}
