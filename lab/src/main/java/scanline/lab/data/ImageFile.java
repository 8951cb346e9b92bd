package scanline.lab.data;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;

import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import scanline.engine.io.Excerpt;

/**
 * Images from files: PNG and JPEG through the JDK's readers, made grey, scaled to the size that a model reads, and turned
 * light on dark if they are dark on light; IDX as they are.
 */
public final class ImageFile {
    private static final long LARGEST_FILE_BYTES = 64L << 20;
    private static final int LARGEST_SIDE = 10_000;
    private static final int LONGEST_REASON = 200;
    private static final int[] PNG = {0x89, 'P'};
    private static final int[] JPEG = {0xFF, 0xD8};

    private ImageFile() {}

    /**
     * The images of a file, with labels of 0 of so many classes.
     *
     * @throws DataException if the file is missing, too large, or no image
     */
    public static ImageSet read(Path file, int height, int width, int classes) {
        try {
            if (Files.size(file) > LARGEST_FILE_BYTES) {
                throw new DataException(file + " is larger than " + LARGEST_FILE_BYTES / (1 << 20) + " MB");
            }
            int[] magic = magic(file);
            if (begins(magic, PNG) || begins(magic, JPEG)) {
                return set(grey(decode(file), height, width), 1, height, width, classes);
            }
            if (begins(magic, new int[] {0, 0}) || begins(magic, new int[] {0x1F, 0x8B})) {
                Idx idx = Idx.read(file, 3);
                if (idx.sizes()[1] != height || idx.sizes()[2] != width) {
                    throw new DataException(file + " has images of " + idx.sizes()[1] + " x " + idx.sizes()[2]
                            + ", but the model reads " + height + " x " + width);
                }
                return set(idx.data(), idx.sizes()[0], height, width, classes);
            }
            throw new DataException(file + " is no PNG, JPEG or IDX file");
        } catch (IOException e) {
            throw new DataException(
                    Files.exists(file) ? "cannot read " + file + ": " + e.getMessage() : "there is no file " + file, e);
        }
    }

    private static ImageSet set(byte[] pixels, int count, int height, int width, int classes) {
        return new ImageSet(height, width, pixels, new byte[count], classes);
    }

    private static int[] magic(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new int[] {in.read(), in.read()};
        }
    }

    private static boolean begins(int[] magic, int[] with) {
        return magic[0] == with[0] && magic[1] == with[1];
    }

    private static BufferedImage decode(Path file) throws IOException {
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new DataException(file + " is no image that can be read");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                // The header alone says the size, before anything is allocated for the pixels.
                if (reader.getWidth(0) > LARGEST_SIDE || reader.getHeight(0) > LARGEST_SIDE) {
                    throw new DataException(file + " is " + reader.getWidth(0) + " x " + reader.getHeight(0)
                            + " pixels: too large");
                }
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
            // The JDK's decoders answer damaged files with several kinds of exception.
            throw new DataException(file + " is a broken image: " + Excerpt.line(reason(e), LONGEST_REASON), e);
        }
    }

    /** The JDK's decoders often say nothing themselves, but pass on what does. */
    private static String reason(Throwable e) {
        String message = e.getMessage() == null ? "" : e.getMessage().strip();
        return e.getCause() != null && (message.isEmpty() || message.endsWith(":"))
                ? reason(e.getCause())
                : message.isEmpty() ? e.getClass().getSimpleName() : message;
    }

    private static byte[] grey(BufferedImage image, int height, int width) {
        BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage source = image;
        // Halving until one bilinear step remains keeps thin strokes, which a single large step would skip over.
        while (source.getWidth() >= 2 * width && source.getHeight() >= 2 * height) {
            source = scale(source, new BufferedImage(source.getWidth() / 2, source.getHeight() / 2,
                    BufferedImage.TYPE_BYTE_GRAY));
        }
        scale(source, scaled);
        byte[] pixels = new byte[height * width];
        scaled.getRaster().getDataElements(0, 0, width, height, pixels);
        if (border(pixels, height, width) > 127) {
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) ~pixels[i];
            }
        }
        return pixels;
    }

    private static BufferedImage scale(BufferedImage from, BufferedImage to) {
        Graphics2D graphics = to.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(from, 0, 0, to.getWidth(), to.getHeight(), null);
        graphics.dispose();
        return to;
    }

    /** The mean level along the border: that of the background. */
    private static int border(byte[] pixels, int height, int width) {
        int sum = 0;
        int count = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (y == 0 || x == 0 || y == height - 1 || x == width - 1) {
                    sum += Byte.toUnsignedInt(pixels[y * width + x]);
                    count++;
                }
            }
        }
        return sum / count;
    }
}
