package scanline.data.dataset.known;

import java.net.URI;
import java.util.List;
import java.util.Map;
import scanline.data.dataset.IdxFiles.Part;
import scanline.data.dataset.KnownSet;
import scanline.data.dataset.Source;
import scanline.data.image.Preparation;

/**
 * EMNIST (Cohen, Afshar, Tapson and van Schaik, 2017, "EMNIST: extending MNIST to handwritten letters"): six sets made
 * from NIST's Special Database 19, in one archive of 562 MB. The archive stores images with rows and columns exchanged;
 * here they are upright. Its labels of letters count from 1; here they count from 0. The archive's size and SHA-256 are
 * those that TensorFlow Datasets (url_checksums/emnist.txt) and MLDatasets.jl state; the classes are those of its
 * mapping files. This project has not fetched the archive yet.
 */
public final class Emnist {
    private static final String DIGIT = "0123456789";
    private static final String UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    // The lower-case letters that do not look like their capitals.
    private static final String DISTINCT = "abdefghnqrt";

    /** The same number of images per class; lower-case letters that look like their capitals are merged with them. */
    public static final KnownSet BALANCED = set("balanced", "digits and letters, 112,800 + 18,800", 0,
            DIGIT + UPPER + DISTINCT);

    /** All characters, with separate classes for lower-case and capital letters. */
    public static final KnownSet BYCLASS = set("byclass", "digits and letters, 697,932 + 116,323", 0,
            DIGIT + UPPER + "abcdefghijklmnopqrstuvwxyz");

    /** All characters; lower-case letters that look like their capitals are merged with them. */
    public static final KnownSet BYMERGE = set("bymerge", "digits and letters, 697,932 + 116,323", 0,
            DIGIT + UPPER + DISTINCT);

    /** Digits, the same number of images per class. */
    public static final KnownSet DIGITS = set("digits", "digits, 240,000 + 40,000", 0, DIGIT);

    /** Letters, the same number of images per class, lower-case and capital letters merged. */
    public static final KnownSet LETTERS = set("letters", "letters, 124,800 + 20,800", 1, UPPER);

    /** Digits, as many images as MNIST has. */
    public static final KnownSet MNIST = set("mnist", "digits, 60,000 + 10,000", 0, DIGIT);

    private Emnist() {}

    private static KnownSet set(String name, String what, int firstLabel, String classes) {
        List<String> classNames = classes.chars().mapToObj(Character::toString).toList();
        String files = "gzip/emnist-" + name + "-";
        return new KnownSet("emnist-" + name,
                "handwritten " + what + " images of 28 x 28, " + classNames.size() + " classes",
                "none stated by NIST, G. Cohen, S. Afshar, J. Tapson and A. van Schaik", classNames,
                new Source.Archive("emnist", "gzip.zip", 561_753_746,
                        "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
                        Map.of(Part.TRAIN_IMAGES, files + "train-images-idx3-ubyte.gz",
                                Part.TRAIN_LABELS, files + "train-labels-idx1-ubyte.gz",
                                Part.TEST_IMAGES, files + "test-images-idx3-ubyte.gz",
                                Part.TEST_LABELS, files + "test-labels-idx1-ubyte.gz"),
                        true, firstLabel),
                List.of(URI.create("https://biometrics.nist.gov/cs_links/EMNIST/"),
                        URI.create("https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/")),
                Preparation.INK);
    }
}
