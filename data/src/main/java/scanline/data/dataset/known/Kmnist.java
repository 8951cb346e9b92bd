package scanline.data.dataset.known;

import java.net.URI;
import java.util.List;
import java.util.Map;
import scanline.data.dataset.IdxFiles.Part;
import scanline.data.dataset.KnownSet;
import scanline.data.dataset.Source;
import scanline.data.image.Preparation;

/**
 * Kuzushiji-MNIST (Clanuwat et al., 2018, "Deep learning for classical Japanese literature"): one character for each of
 * the ten rows of Hiragana, in the format of MNIST. The SHA-256 hashes of its gzipped files are those that TensorFlow
 * Datasets states (url_checksums/kmnist.txt); this project has not fetched the files yet.
 */
public final class Kmnist {
    /** The set. */
    public static final KnownSet SET = new KnownSet("kmnist",
            "cursive Japanese characters, 60,000 + 10,000 images of 28 x 28, 10 classes",
            "CC BY-SA 4.0, Center for Open Data in the Humanities",
            List.of("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
            new Source.Stored(Map.of(
                    Part.TRAIN_IMAGES, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
                    Part.TRAIN_LABELS, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
                    Part.TEST_IMAGES, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
                    Part.TEST_LABELS, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c")),
            List.of(URI.create("https://codh.rois.ac.jp/kmnist/dataset/kmnist/")),
            Preparation.SCALE);

    private Kmnist() {}
}
