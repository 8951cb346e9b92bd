package scanline.samples;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Small whole images of every kind that the JDK writes. */
public final class Pictures {
    private static final int SIDE = 19;
    private static final int PNG_HEADER_END = 33; // the signature and IHDR

    private Pictures() {}

    /** Of each depth, interlaced or not; one with texts, a gamma and a color profile. */
    public static List<byte[]> png() throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_INT_RGB,
                BufferedImage.TYPE_INT_ARGB, BufferedImage.TYPE_BYTE_INDEXED, BufferedImage.TYPE_BYTE_BINARY,
                BufferedImage.TYPE_USHORT_GRAY}) {
            files.add(written("png", drawn(type), false));
            files.add(written("png", drawn(type), true));
        }
        files.add(withMetadata(files.getFirst()));
        return files;
    }

    /** In color and in gray, progressive or not; one with a color profile. */
    public static List<byte[]> jpeg() throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_INT_RGB}) {
            files.add(written("jpeg", drawn(type), false));
            files.add(written("jpeg", drawn(type), true));
        }
        byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData();
        byte[] name = "ICC_PROFILE\0\1\1".getBytes(StandardCharsets.ISO_8859_1);
        byte[] marker = ByteBuffer.allocate(4 + name.length + profile.length).putShort((short) 0xffe2)
                .putShort((short) (2 + name.length + profile.length)).put(name).put(profile).array();
        files.add(inserted(files.getLast(), 2, marker));
        return files;
    }

    private static byte[] withMetadata(byte[] png) throws IOException {
        byte[] rich = png;
        for (byte[] chunk : List.of(named("gAMA", new byte[] {0, 0, (byte) 0xb1, (byte) 0x8f}),
                named("tEXt", "Title\0a text".getBytes(StandardCharsets.ISO_8859_1)),
                named("zTXt", compressed("Comment\0\0", new byte[300])),
                named("iCCP", compressed("p\0\0", ICC_Profile.getInstance(ColorSpace.CS_GRAY).getData())))) {
            rich = inserted(rich, PNG_HEADER_END, chunk(chunk));
        }
        return rich;
    }

    /** Returns a chunk of PNG: its length, its name and content, its checksum. */
    public static byte[] chunk(byte[] nameAndContent) {
        CRC32 checksum = new CRC32();
        checksum.update(nameAndContent);
        return ByteBuffer.allocate(nameAndContent.length + 8).putInt(nameAndContent.length - 4).put(nameAndContent)
                .putInt((int) checksum.getValue()).array();
    }

    /** Returns bytes with more of them inserted at a place. */
    public static byte[] inserted(byte[] bytes, int at, byte[] more) {
        return ByteBuffer.allocate(bytes.length + more.length).put(bytes, 0, at).put(more)
                .put(bytes, at, bytes.length - at).array();
    }

    private static byte[] named(String name, byte[] content) {
        return inserted(content, 0, name.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] compressed(String before, byte[] content) throws IOException {
        var out = new ByteArrayOutputStream();
        out.write(before.getBytes(StandardCharsets.ISO_8859_1));
        try (var deflater = new DeflaterOutputStream(out)) {
            deflater.write(content);
        }
        return out.toByteArray();
    }

    private static BufferedImage drawn(int type) {
        BufferedImage image = new BufferedImage(SIDE, SIDE + 3, type);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.ORANGE);
        graphics.fillRect(4, 3, 9, 7);
        graphics.setColor(Color.WHITE);
        graphics.drawLine(1, 2, 15, 20);
        graphics.dispose();
        return image;
    }

    /** The bytes of an image in a format of the JDK; a progressive PNG is an interlaced one. */
    public static byte[] written(String format, BufferedImage image, boolean progressive) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ImageWriteParam how = writer.getDefaultWriteParam();
        how.setProgressiveMode(progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
        var bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), how);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
