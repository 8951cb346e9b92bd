package scanline.mnist;

import java.io.InputStream;
import scanline.data.dataset.PackagedSet;

/** The files of MNIST in this jar. */
public final class Mnist implements PackagedSet {
    /** Creates the service provider. */
    public Mnist() {}

    @Override
    public String name() {
        return "mnist";
    }

    @Override
    public InputStream open(String fileName) {
        return Mnist.class.getResourceAsStream(fileName);
    }
}
