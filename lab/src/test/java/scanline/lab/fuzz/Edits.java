package scanline.lab.fuzz;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

import scanline.lab.fuzz.Target.Edit;
import scanline.samples.IdxSamples;
import scanline.samples.Pictures;

/** Damage that knows a format: what guards its inside is put right again, so that the damage reaches it. */
final class Edits {
    private static final int PNG_SIGNATURE = 8;
    private static final int CHUNK = 12; // length, name and CRC
    private static final int DATA = 0x49444154; // IDAT

    private Edits() {}

    /** A text, or bytes that should be one. */
    static byte[] text(byte[] bytes, SplittableRandom random) {
        return random.nextInt(4) == 0 ? Bytes.edited(bytes, random) : Texts.edited(bytes, random);
    }

    /** Damage behind the first byte, which says what the others are. */
    static Edit behindFirst(Edit edit) {
        return (bytes, random) -> {
            if (bytes.length == 0) {
                return bytes;
            }
            byte[] inside = edit.of(Arrays.copyOfRange(bytes, 1, bytes.length), random);
            return Bytes.inserted(inside, 0, new byte[] {bytes[0]});
        };
    }

    /** In a safetensors file the length of the header fits it again, and mostly the spaces behind it as well. */
    static byte[] safeTensors(byte[] bytes, SplittableRandom random) {
        int header = header(bytes);
        if (header < 0 || random.nextInt(4) == 0) {
            return Bytes.edited(bytes, random);
        }
        byte[] damaged = Texts.edited(Arrays.copyOfRange(bytes, Long.BYTES, Long.BYTES + header), random);
        byte[] data = Arrays.copyOfRange(bytes, Long.BYTES + header, bytes.length);
        if (damaged.length + data.length + Long.BYTES > Bytes.LARGEST) {
            return bytes;
        }
        return ByteBuffer.allocate(Long.BYTES + damaged.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(damaged.length).put(damaged).put(data).array();
    }

    /** In half of the cases what is compressed is damaged, and in the others the gzip file. */
    static byte[] gzip(byte[] bytes, SplittableRandom random) {
        if (random.nextBoolean()) {
            return Bytes.edited(bytes, random);
        }
        try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return IdxSamples.gzip(Bytes.edited(in.readNBytes(Bytes.LARGEST), random));
        } catch (IOException _) {
            return Bytes.edited(bytes, random); // damaged before
        }
    }

    /** In most of the cases a chunk of a PNG file is damaged, and its length and its checksum fit it again. */
    static byte[] png(byte[] bytes, SplittableRandom random) {
        int chunks = chunks(bytes);
        if (chunks == 0 || random.nextInt(4) == 0) {
            return Bytes.edited(bytes, random);
        }
        int at = PNG_SIGNATURE;
        for (int i = random.nextInt(chunks); i > 0; i--) {
            at += CHUNK + length(bytes, at);
        }
        int end = at + CHUNK + length(bytes, at);
        byte[] inside = Arrays.copyOfRange(bytes, at + 4, end - 4);
        boolean deep = ByteBuffer.wrap(inside).getInt() == DATA && random.nextBoolean();
        byte[] damaged = deep ? withinData(inside, random) : Bytes.edited(inside, random);
        return Bytes.replaced(bytes, at, end, Pictures.chunk(damaged));
    }

    /** The rows of pixels are damaged, and compressed again. */
    private static byte[] withinData(byte[] inside, SplittableRandom random) {
        try (var in = new InflaterInputStream(new ByteArrayInputStream(inside, 4, inside.length - 4))) {
            byte[] damaged = Bytes.edited(in.readNBytes(Bytes.LARGEST), random);
            var out = new ByteArrayOutputStream();
            out.write(inside, 0, 4);
            try (var deflater = new DeflaterOutputStream(out)) {
                deflater.write(damaged);
            }
            return out.toByteArray();
        } catch (IOException _) {
            return Bytes.edited(inside, random); // damaged before
        }
    }

    /** How many whole chunks there are before the first broken one. */
    private static int chunks(byte[] bytes) {
        int chunks = 0;
        int at = PNG_SIGNATURE;
        while (at + CHUNK <= bytes.length && length(bytes, at) >= 0 && length(bytes, at) <= bytes.length - at - CHUNK) {
            at += CHUNK + length(bytes, at);
            chunks++;
        }
        return chunks;
    }

    private static int length(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).getInt(at);
    }

    /** The length of a safetensors file's header, or -1 if it cannot be. */
    private static int header(byte[] bytes) {
        if (bytes.length < Long.BYTES) {
            return -1;
        }
        long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return length < 0 || length > bytes.length - Long.BYTES ? -1 : (int) length;
    }
}
