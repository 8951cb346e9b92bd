package scanline.samples;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import scanline.engine.random.RandomKey;

/** Small images for tests. */
public final class Pngs {
    private Pngs() {}

    /** Writes gray pixels. */
    public static void write(Path file, byte[] pixels, int height, int width) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setDataElements(0, 0, width, height, pixels);
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }

    /** An image with a black border whose other pixels follow from a number. */
    public static byte[] drawn(int number, int side) {
        RandomKey key = RandomKey.of(number, "png");
        byte[] pixels = new byte[side * side];
        for (int i = 0; i < pixels.length; i++) {
            int x = i % side;
            int y = i / side;
            pixels[i] = x == 0 || y == 0 || x == side - 1 || y == side - 1 ? 0 : (byte) key.below(256, i);
        }
        return pixels;
    }

    /** Writes a folder with a folder for each class, of so many images 0.png, 1.png and so on. */
    public static void writeClasses(Path folder, List<String> classes, int each, int side) throws IOException {
        for (int c = 0; c < classes.size(); c++) {
            for (int i = 0; i < each; i++) {
                write(folder.resolve(classes.get(c)).resolve(i + ".png"), drawn(c * each + i, side), side, side);
            }
        }
    }
}
