package scanline.samples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import scanline.data.image.ImageSet;
import scanline.data.dataset.Dataset;
import scanline.data.dataset.Datasets;

/** The first images of MNIST as a data set of their own, so that a test of training does not wait for 10,000 test images. */
public final class FirstImages {
    private FirstImages() {}

    /**
     * Writes IDX files into a folder.
     *
     * @return the keys of a recipe that reads them
     */
    public static List<String> write(Path folder, int train, int test) throws IOException {
        Dataset mnist = Datasets.ofUser().open("mnist", null);
        write(mnist.train().first(train), folder, "train");
        write(mnist.test().first(test), folder, "t10k");
        return List.of("data=idx", "data.dir=" + folder);
    }

    private static void write(ImageSet images, Path folder, String part) throws IOException {
        Files.write(folder.resolve(part + "-images-idx3-ubyte"),
                IdxSamples.idx(images.pixels(), images.count(), images.height(), images.width()));
        Files.write(folder.resolve(part + "-labels-idx1-ubyte"), IdxSamples.idx(images.labels(), images.count()));
    }
}
