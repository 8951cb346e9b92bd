package scanline.data.dataset.known;

import java.net.URI;
import java.util.List;
import java.util.Map;
import scanline.data.dataset.IdxFiles.Part;
import scanline.data.dataset.KnownSet;
import scanline.data.dataset.Source;
import scanline.data.image.Preparation;

/** MNIST, the handwritten digits of LeCun, Cortes and Burges (1998); its files come with Scanline. */
public final class Mnist {
    /** The set. */
    public static final KnownSet SET = new KnownSet("mnist",
            "handwritten digits, 60,000 + 10,000 images of 28 x 28, 10 classes",
            "CC BY-SA 3.0, Yann LeCun, Corinna Cortes and Christopher J. C. Burges",
            List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
            new Source.Content(
                    Map.of(Part.TRAIN_IMAGES, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                            Part.TRAIN_LABELS, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                            Part.TEST_IMAGES, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                            Part.TEST_LABELS, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")),
            List.of(URI.create("https://storage.googleapis.com/cvdf-datasets/mnist/"),
                    URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/")),
            Preparation.INK);

    private Mnist() {}
}
