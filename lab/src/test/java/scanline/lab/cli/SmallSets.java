package scanline.lab.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Folders of IDX files with a few images of noise, for commands that need a data set which can change. */
final class SmallSets {
    static final int SIDE = 8;
    static final int TRAIN = 40;
    static final int TEST = 20;
    private static final int HEADER = 16;

    private SmallSets() {}

    /** What makes {@code lstm-rows} small enough for them. */
    static String[] recipe(Path set) {
        return new String[] {"lstm-rows", "data=idx", "data.dir=" + set, "epochs=2", "batch=8", "data.validation=8",
                "model.hidden=8"};
    }

    /** Writes a set. */
    static Path write(Path folder, int seed, int classes) throws IOException {
        Files.createDirectories(folder);
        Random random = new Random(seed);
        write(folder, "train", TRAIN, random, classes);
        write(folder, "t10k", TEST, random, classes);
        return folder;
    }

    private static void write(Path folder, String part, int count, Random random, int classes) throws IOException {
        byte[] pixels = new byte[count * SIDE * SIDE];
        random.nextBytes(pixels);
        Files.write(folder.resolve(part + "-images-idx3-ubyte"), ByteBuffer.allocate(HEADER + pixels.length)
                .putInt(0x803).putInt(count).putInt(SIDE).putInt(SIDE).put(pixels).array());
        ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
        for (int i = 0; i < count; i++) {
            labels.put((byte) (i % classes));
        }
        Files.write(folder.resolve(part + "-labels-idx1-ubyte"), labels.array());
    }

    /** Makes the first training images of a set its test images. */
    static void testOnTrainingImages(Path folder) throws IOException {
        byte[] train = Files.readAllBytes(folder.resolve("train-images-idx3-ubyte"));
        Path file = folder.resolve("t10k-images-idx3-ubyte");
        byte[] test = Files.readAllBytes(file);
        System.arraycopy(train, HEADER, test, HEADER, test.length - HEADER);
        Files.write(file, test);
    }
}
