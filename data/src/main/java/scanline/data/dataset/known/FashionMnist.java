package scanline.data.dataset.known;

import java.net.URI;
import java.util.List;
import java.util.Map;
import scanline.data.dataset.IdxFiles.Part;
import scanline.data.dataset.KnownSet;
import scanline.data.dataset.Source;
import scanline.data.image.Preparation;

/** Fashion-MNIST, Zalando's images of garments (Xiao, Rasul and Vollgraf, 2017), in the format of MNIST. */
public final class FashionMnist {
    /** The set. */
    public static final KnownSet SET = new KnownSet("fashion-mnist",
            "pictures of garments, 60,000 + 10,000 images of 28 x 28, 10 classes",
            "MIT, Zalando SE",
            List.of("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                    "Ankle boot"),
            new Source.Content(
                    Map.of(Part.TRAIN_IMAGES, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                            Part.TRAIN_LABELS, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                            Part.TEST_IMAGES, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                            Part.TEST_LABELS, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34")),
            List.of(URI.create("https://storage.googleapis.com/tensorflow/tf-keras-datasets/"),
                    URI.create("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/")),
            Preparation.SCALE);

    private FashionMnist() {}
}
