package scanline.data.image;

import java.nio.file.Path;
import scanline.data.base.DataException;

/** Prints the number of images in a file, or why it cannot be read. */
final class ReadImage {
    private ReadImage() {}

    static void main(String[] file) {
        try {
            System.out.println(
                    ImageFile.read(Path.of(file[0]), new PictureSize(28, 28), 10, Preparation.SCALE).count()
                            + " images");
        } catch (DataException e) {
            System.out.println(e.getMessage());
        }
    }
}
