package scanline.data.image;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import scanline.data.base.DataException;

/**
 * Reads images from files. PNG and JPEG images are decoded by the readers of the JDK's module {@code java.desktop},
 * rotated as the camera recorded ({@link Orientation}), converted to gray ({@link Grayscale}), scaled to the size that a model reads regardless of
 * their proportions ({@link AreaScaling}), and inverted to light on dark if their border is light; another
 * {@link Preparation} changes this. The images of IDX files are read as they are. Large images are subsampled, so that
 * none takes more than {@value Decoder#MOST_DECODED} pixels of memory. Decoders still read all of their pixels, so images
 * whose size would take a second or more to decode are rejected, and so are truncated images and those whose checksums
 * or decoder report damage.
 */
public final class ImageFile {
    private static final Pattern IMAGE = Pattern.compile("\\.(png|jpe?g)$", Pattern.CASE_INSENSITIVE);
    private static final int[] PNG = {0x89, 'P'};
    private static final int[] JPEG = {0xFF, 0xD8};

    private ImageFile() {}

    /**
     * Reads the images of a file. All labels are 0.
     *
     * @param size the size of the resulting images; an IDX file must have this size
     * @param classes the number of classes of the resulting set
     * @param preparation how a PNG or JPEG image is prepared
     * @throws DataException if the file is missing, too large, or not an image
     */
    public static ImageSet read(Path file, PictureSize size, int classes, Preparation preparation) {
        return reading(file, (content, magic) -> {
            String format = format(magic);
            if (format != null) {
                return set(fitted(decoded(content, format), size, preparation), 1, size, classes);
            }
            if (begins(magic, new int[] {0, 0}) || begins(magic, new int[] {0x1F, 0x8B})) {
                Idx idx = content.idx();
                PictureSize found = new PictureSize(idx.sizes()[1], idx.sizes()[2]);
                if (!found.equals(size)) {
                    throw new DataException(file + " has images of " + found + ", but the model reads " + size);
                }
                return set(idx.data(), idx.sizes()[0], size, classes);
            }
            throw new DataException(file + " is not a PNG, JPEG or IDX file");
        });
    }

    /**
     * Decodes a PNG image from untrusted bytes, with the result that {@link #read} would return. JPEG is not accepted:
     * the JDK's JPEG decoder is native code, and a damaged image has made it hang (docs/log.md).
     *
     * @param name the name of the image in messages
     * @param content the bytes of the PNG file
     * @throws DataException if the bytes are not such an image
     */
    public static ImageSet readPng(String name, byte[] content, PictureSize size, int classes,
            Preparation preparation) {
        String format = content.length < PNG.length
                ? null
                : format(new int[] {content[0] & 0xFF, content[1] & 0xFF});
        if (!"png".equals(format)) {
            throw new DataException(name + (format == null
                    ? " is not a PNG file"
                    : " is a JPEG file, which is not decoded for requests: save it as PNG"));
        }
        return set(fitted(decoded(new ImageContent(name, null, content), "png"), size, preparation), 1, size, classes);
    }

    /**
     * Reads the pixels of one PNG or JPEG image, with the result that {@link #read} would return.
     *
     * @return unsigned bytes, row-major: height x width
     * @throws DataException if the file is missing, too large, or not such an image
     */
    public static byte[] pixels(Path file, PictureSize size, Preparation preparation) {
        return reading(file, (content, magic) -> {
            String format = format(magic);
            if (format == null) {
                throw new DataException(file + " is not a PNG or JPEG file");
            }
            return fitted(decoded(content, format), size, preparation);
        });
    }

    /**
     * Returns the images of a folder, sorted by name: the files directly in it whose names end in .png, .jpg or .jpeg.
     *
     * @throws DataException if there is no such file, or the folder cannot be read
     */
    public static List<Path> in(Path folder) {
        List<Path> images = ClassFolders.entries(folder).stream()
                .filter(file -> IMAGE.matcher(file.toString()).find() && !Files.isDirectory(file)).toList();
        if (images.isEmpty()) {
            throw new DataException(folder + " has no images: no file in it ends in .png, .jpg or .jpeg");
        }
        return images;
    }

    /** Reads a file, given its first two bytes. */
    private interface Reading<T> {
        T read(ImageContent content, int[] magic) throws IOException;
    }

    private static <T> T reading(Path file, Reading<T> reading) {
        try {
            if (Files.isDirectory(file)) {
                throw new DataException(file + " is a folder, not an image");
            }
            ImageContent content = ImageContent.of(file);
            if (content.size() > ImageContent.MOST_BYTES) {
                throw new DataException(file + " is larger than " + ImageContent.MOST_BYTES / (1 << 20) + " MB");
            }
            return reading.read(content, content.magic());
        } catch (AccessDeniedException e) {
            throw new DataException("cannot read " + file + ": permission denied", e);
        } catch (IOException e) {
            throw new DataException(
                    Files.exists(file) ? "cannot read " + file + ": " + e.getMessage() : "no such file: " + file, e);
        }
    }

    private static ImageSet set(byte[] pixels, int count, PictureSize size, int classes) {
        return new ImageSet(size.height(), size.width(), pixels, new byte[count], classes);
    }

    /** Returns the JDK's name of the format that starts with these bytes; null if it is neither PNG nor JPEG. */
    private static @Nullable String format(int[] magic) {
        return begins(magic, PNG) ? "png" : begins(magic, JPEG) ? "jpeg" : null;
    }

    private static boolean begins(int[] magic, int[] with) {
        return magic[0] == with[0] && magic[1] == with[1];
    }

    private static ImageSet decoded(ImageContent content, String format) {
        if (ModuleLayer.boot().findModule("java.desktop").isEmpty()) { // the decoder cannot even be loaded
            throw new DataException(
                    content + ": PNG and JPEG images are decoded by the JDK's module java.desktop, which is"
                            + " missing: add it to the runtime image with --add-modules java.desktop");
        }
        return Decoder.decode(content, format);
    }

    private static byte[] fitted(ImageSet picture, PictureSize size, Preparation preparation) {
        boolean fits = picture.height() == size.height() && picture.width() == size.width();
        if (preparation == Preparation.INK && !fits) {
            return Ink.laid(picture, size);
        }
        byte[] pixels = new byte[size.pixels()];
        new AreaScaling(picture).scale(0, size.height(), size.width(), pixels);
        if (border(pixels, size.height(), size.width()) > 127) {
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) ~pixels[i];
            }
        }
        return pixels;
    }

    /** Returns the mean level along the border, an estimate of the background. */
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
