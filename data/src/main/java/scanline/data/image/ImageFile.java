package scanline.data.image;

import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;
import scanline.data.base.DataException;
import scanline.engine.file.Excerpt;

/**
 * Reads images from files. PNG and JPEG images are decoded by the readers of the JDK's module {@code java.desktop}, rotated as the camera recorded
 * ({@link Orientation}), converted to gray ({@link Grayscale}), scaled to the size that a model reads regardless of
 * their proportions ({@link AreaScaling}), and inverted to light on dark if their border is light; another
 * {@link Preparation} changes this. The images of IDX files are read as they are. Large images are subsampled, so that
 * none takes more than {@value #MOST_DECODED} pixels of memory. Decoders still read all of their pixels, so images
 * whose size would take a second or more to decode are rejected, and so are truncated images and those whose checksums
 * or decoder report damage.
 */
public final class ImageFile {
    private static final long LARGEST_FILE_BYTES = 64L << 20;
    private static final int LARGEST_SIDE = 10_000;
    private static final int MOST_DECODED = 1 << 21;
    private static final long MOST_BYTES = 40_000_000;
    private static final int JPEG_BITS = Byte.SIZE; // a pixel of a scan takes about as long as a byte of a PNG
    private static final int LONGEST_REASON = 200;
    private static final Pattern IMAGE = Pattern.compile("\\.(png|jpe?g)$", Pattern.CASE_INSENSITIVE);
    private static final int INKS = 4;
    // The warnings of libjpeg and the JDK about incomplete images; their other warnings concern files that every viewer
    // shows.
    private static final Pattern DAMAGE = Pattern
            .compile("(Truncated|Premature|Corrupt JPEG data: (?!\\d+ extraneous)).*");
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
                return set(fitted(decode(content, format), size, preparation), 1, size, classes);
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
        return set(fitted(decode(new Content(name, null, content), "png"), size, preparation), 1, size, classes);
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
            return fitted(decode(content, format), size, preparation);
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

    /** An encoded image: a file, or bytes if the file is null. */
    private record Content(String name, @Nullable Path file, byte[] bytes) {
        /** Returns the content of a file; a pipe or device, whose bytes can be read only once, is read immediately. */
        static Content of(Path file) throws IOException {
            if (Files.isRegularFile(file)) {
                return new Content(file.toString(), file, new byte[0]);
            }
            try (InputStream in = Files.newInputStream(file)) {
                return new Content(file.toString(), null, in.readNBytes((int) LARGEST_FILE_BYTES + 1));
            }
        }

        long size() throws IOException {
            return file == null ? bytes.length : Files.size(file);
        }

        int[] magic() throws IOException {
            try (InputStream in = open()) {
                return new int[] {in.read(), in.read()};
            }
        }

        Idx idx() throws IOException {
            try (InputStream in = open()) {
                return Idx.read(name, in, size(), 3);
            }
        }

        InputStream open() throws IOException {
            return file == null ? new ByteArrayInputStream(bytes) : new BufferedInputStream(Files.newInputStream(file));
        }

        ImageInputStream image() throws IOException {
            return file == null
                    ? new MemoryCacheImageInputStream(open())
                    : ImageIO.createImageInputStream(file.toFile());
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Reads a file, given its first two bytes. */
    private interface Reading<T> {
        T read(Content content, int[] magic) throws IOException;
    }

    private static <T> T reading(Path file, Reading<T> reading) {
        try {
            if (Files.isDirectory(file)) {
                throw new DataException(file + " is a folder, not an image");
            }
            Content content = Content.of(file);
            if (content.size() > LARGEST_FILE_BYTES) {
                throw new DataException(file + " is larger than " + LARGEST_FILE_BYTES / (1 << 20) + " MB");
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

    private static ImageSet decode(Content file, String format) {
        if (ModuleLayer.boot().findModule("java.desktop").isEmpty()) {
            throw new DataException(
                    file + ": PNG and JPEG images are decoded by the JDK's module java.desktop, which is"
                            + " missing: add it to the runtime image with --add-modules java.desktop");
        }
        ImageReader reader = ImageIO.getImageReadersByFormatName(format).next();
        boolean isPng = format.equals("png");
        try (ImageInputStream in = file.image()) {
            reader.setInput(in, true, true);
            // The size comes from the header, before anything is allocated for the pixels.
            int height = reader.getHeight(0);
            int width = reader.getWidth(0);
            if (width > LARGEST_SIDE || height > LARGEST_SIDE) {
                throw new DataException(file + " is " + width + " x " + height + " pixels, but at most " + LARGEST_SIDE
                        + " per side are supported");
            }
            JpegMarkers jpeg = isPng ? null : read(file, JpegMarkers::read);
            long bits = jpeg == null
                    ? Math.max(Byte.SIZE, reader.getRawImageType(0).getColorModel().getPixelSize())
                    : JPEG_BITS * jpeg.scans();
            if ((long) height * width * bits > MOST_BYTES * Byte.SIZE) {
                throw new DataException(file + " is " + width + " x " + height + " pixels, but at most "
                        + MOST_BYTES * Byte.SIZE / bits / 1_000_000
                        + " million are supported for this kind of image: save it at a smaller size");
            }
            int step = (int) Math.ceil(Math.sqrt((double) height * width / MOST_DECODED));
            ImageReadParam every = reader.getDefaultReadParam();
            every.setSourceSubsampling(step, step, 0, 0);
            List<String> damage = new ArrayList<>();
            reader.addIIOReadWarningListener((_, warning) -> {
                if (damage.isEmpty() && DAMAGE.matcher(warning).matches()) {
                    damage.add(warning);
                }
            });
            int orientation = jpeg == null ? read(file, PngChunks::orientation) : jpeg.orientation();
            BufferedImage image = reader.read(0, every);
            if (!damage.isEmpty()) {
                throw new IOException(damage.getFirst());
            }
            if (jpeg != null && !jpeg.isAdobe() && image.getRaster().getNumBands() == INKS) {
                throw new IOException(
                        "it has four color components but does not state how they are stored: save it in RGB");
            }
            return Orientation.upright(orientation,
                    set(Grayscale.of(image), 1, new PictureSize(image.getHeight(), image.getWidth()), 1));
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
            // The JDK's decoders throw several kinds of exceptions for damaged files.
            throw new DataException(file + " is a broken image: " + Excerpt.line(reason(e), LONGEST_REASON), e);
        } finally {
            reader.dispose();
        }
    }

    /** Reads an encoded image from its start. */
    private interface Encoded<T> {
        T read(InputStream in) throws IOException;
    }

    private static <T> T read(Content file, Encoded<T> reading) throws IOException {
        try (InputStream in = file.open()) {
            return reading.read(in);
        }
    }

    /**
     * Returns the message of an exception or of its cause: the exceptions of the JDK's decoders often have none
     * themselves.
     */
    private static String reason(Throwable e) {
        String message = e.getMessage() == null ? "" : e.getMessage().strip();
        return e.getCause() != null && (message.isEmpty() || message.endsWith(":"))
                ? reason(e.getCause())
                : message.isEmpty() ? e.getClass().getSimpleName() : message;
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
