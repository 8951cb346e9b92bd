package scanline.data.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import scanline.data.base.DataException;
import scanline.engine.file.Excerpt;

/**
 * Decodes PNG and JPEG images with the readers of the JDK's module {@code java.desktop}. This class and {@link Grayscale}
 * are the only ones that use it, so a program that reads IDX files does without.
 */
final class Decoder {
    private static final int LARGEST_SIDE = 10_000;
    /** The number of pixels that a decoded image takes at most. */
    static final int MOST_DECODED = 1 << 21;
    private static final long MOST_BYTES = 40_000_000;
    private static final int JPEG_BITS = Byte.SIZE; // a pixel of a scan takes about as long as a byte of a PNG
    private static final int LONGEST_REASON = 200;
    private static final int INKS = 4;
    // The warnings of libjpeg and the JDK about incomplete images; their other warnings concern files that every viewer
    // shows.
    private static final Pattern DAMAGE = Pattern
            .compile("(Truncated|Premature|Corrupt JPEG data: (?!\\d+ extraneous)).*");

    private Decoder() {}

    /**
     * Decodes an image, large ones subsampled, and turns it upright.
     *
     * @param format the JDK's name of the format, {@code png} or {@code jpeg}
     * @throws DataException if it is too large or damaged
     */
    static ImageSet decode(ImageContent file, String format) {
        ImageReader reader = ImageIO.getImageReadersByFormatName(format).next();
        boolean isPng = format.equals("png");
        try (ImageInputStream in = open(file)) {
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
            return Orientation.upright(orientation, new ImageSet(image.getHeight(), image.getWidth(),
                    Grayscale.of(image), new byte[1], 1));
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
            // The JDK's decoders throw several kinds of exceptions for damaged files.
            throw new DataException(file + " is a broken image: " + Excerpt.line(reason(e), LONGEST_REASON), e);
        } finally {
            reader.dispose();
        }
    }

    private static ImageInputStream open(ImageContent content) throws IOException {
        return content.file() == null
                ? new MemoryCacheImageInputStream(content.open())
                : ImageIO.createImageInputStream(content.file().toFile());
    }

    /** Reads an encoded image from its start. */
    private interface Encoded<T> {
        T read(InputStream in) throws IOException;
    }

    private static <T> T read(ImageContent file, Encoded<T> reading) throws IOException {
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
}
