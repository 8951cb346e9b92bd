package scanline.engine.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import scanline.engine.file.AtomicFile;
import scanline.engine.file.FileAccessException;

/**
 * The content of a file in the safetensors format of Hugging Face: named tensors and arbitrary texts. Tensors are
 * float32. When a file is read, tensors of dtype F64, F16 and BF16 are converted; any other dtype is rejected, except
 * for PyTorch's integer {@code num_batches_tracked}, which is skipped. The file consists of the length of the header in
 * 8 bytes, the header in JSON, and the values, all little-endian.
 */
public final class SafeTensors {
    private static final int CHUNK_BYTES = 1 << 18;

    private final Map<String, Entry> tensors;
    private final Map<String, String> metadata;
    private final Set<String> converted;

    /**
     * A named tensor. The arrays are not copied.
     *
     * @param name any text but {@code __metadata__}
     * @param shape the size of each dimension, the slowest first; empty for a scalar
     * @param values the elements in row-major order; their number is the product of the sizes
     */
    public record Entry(String name, int[] shape, float[] values) {
        /**
         * Creates an entry.
         *
         * @throws IllegalArgumentException if no file can contain such an entry
         */
        public Entry {
            if (name.equals(Header.METADATA)) {
                throw new IllegalArgumentException("a tensor cannot be named " + name);
            }
            if (!holds(shape, values.length)) {
                throw new IllegalArgumentException(
                        name + " has " + values.length + " values for the shape " + Arrays.toString(shape));
            }
        }

        private static boolean holds(int[] shape, int elements) {
            long product = 1;
            for (int size : shape) {
                product *= size;
                if (size < 0 || product > Integer.MAX_VALUE) {
                    return false;
                }
            }
            return product == elements;
        }
    }

    /**
     * Creates the content of a file, in the order in which it is written.
     *
     * @throws IllegalArgumentException if two tensors have the same name
     */
    public SafeTensors(List<Entry> tensors, Map<String, String> metadata) {
        this(tensors, metadata, Set.of());
    }

    private SafeTensors(List<Entry> tensors, Map<String, String> metadata, Set<String> converted) {
        Map<String, Entry> byName = new LinkedHashMap<>();
        for (Entry tensor : tensors) {
            if (byName.put(tensor.name(), tensor) != null) {
                throw new IllegalArgumentException("two tensors are named " + tensor.name());
            }
        }
        this.tensors = Collections.unmodifiableMap(byName);
        this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        this.converted = Collections.unmodifiableSet(converted);
    }

    /** The tensors by their names, in the order of the file's header. */
    public Map<String, Entry> tensors() {
        return tensors;
    }

    /** The texts by their names, in the order of the file's header. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * The dtypes other than F32 of tensors that were converted when the file was read, by their names in the format.
     */
    public Set<String> converted() {
        return converted;
    }

    /**
     * Reads a file. Every length in it is checked against the size of the file before anything of that length is
     * allocated.
     *
     * @throws FormatException if the file breaks a rule of the format, contains an unsupported dtype, or has another
     *     format; the message names the formats that are common for weights
     * @throws FileAccessException if it cannot be read
     */
    public static SafeTensors read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(file, channel);
        } catch (FormatException e) {
            throw e;
        } catch (IOException e) {
            throw new FileAccessException("read", file, e);
        }
    }

    /**
     * Writes or replaces a file atomically.
     *
     * @throws FileAccessException if that fails; an existing file is then unchanged
     * @see AtomicFile
     */
    public static void write(Path file, SafeTensors content) throws IOException {
        AtomicFile.write(file, content::writeTo);
    }

    /** Writes the content in the safetensors format. */
    public void writeTo(OutputStream out) throws IOException {
        byte[] header = Header.bytes(this);
        out.write(littleEndian(Long.BYTES).putLong(header.length).array());
        out.write(header);
        byte[] chunk = new byte[CHUNK_BYTES];
        for (Entry tensor : tensors.values()) {
            write(out, tensor.values(), chunk);
        }
    }

    private static SafeTensors read(Path file, FileChannel channel) throws IOException {
        long fileBytes = channel.size();
        int start = (int) Math.min(ForeignFormat.START_BYTES, fileBytes);
        ForeignFormat.refuse(file, read(channel, 0, littleEndian(start)).array());
        if (fileBytes < Long.BYTES) {
            throw new FormatException(file, "not a safetensors file: only " + fileBytes + " bytes long");
        }
        long headerBytes = read(channel, 0, littleEndian(Long.BYTES)).getLong();
        long most = Math.min(Header.LIMIT_BYTES, fileBytes - Long.BYTES);
        if (headerBytes < 0 || headerBytes > most) {
            throw new FormatException(file, "not a safetensors file, or truncated: its header would be "
                    + Long.toUnsignedString(headerBytes) + " bytes long, but at most " + most + " are possible");
        }
        long dataAt = Long.BYTES + headerBytes;
        byte[] bytes = read(channel, Long.BYTES, littleEndian((int) headerBytes)).array();
        Header header = Header.parse(file, bytes, fileBytes - dataAt);
        ByteBuffer chunk = littleEndian(CHUNK_BYTES);
        List<Entry> tensors = new ArrayList<>();
        Set<String> converted = new TreeSet<>();
        for (Header.Slot slot : header.slots()) {
            Dtype dtype = slot.dtype();
            if (dtype == null) {
                continue;
            }
            float[] values = new float[(int) ((slot.end() - slot.begin()) / dtype.bytes())];
            read(channel, dataAt + slot.begin(), dtype, values, chunk);
            tensors.add(new Entry(slot.name(), slot.shape(), values));
            if (dtype != Dtype.F32) {
                converted.add(dtype.name());
            }
        }
        return new SafeTensors(tensors, header.metadata(), converted);
    }

    private static void read(FileChannel channel, long position, Dtype dtype, float[] values, ByteBuffer chunk)
            throws IOException {
        int most = chunk.capacity() / dtype.bytes();
        for (int at = 0, count; at < values.length; at += count) {
            count = Math.min(most, values.length - at);
            chunk.clear().limit(count * dtype.bytes());
            dtype.read(read(channel, position + (long) dtype.bytes() * at, chunk), values, at, count);
        }
    }

    private static void write(OutputStream out, float[] values, byte[] chunk) throws IOException {
        FloatBuffer floats = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        for (int at = 0, count; at < values.length; at += count) {
            count = Math.min(floats.capacity(), values.length - at);
            floats.clear().put(values, at, count);
            out.write(chunk, 0, count * Float.BYTES);
        }
    }

    /** Fills the buffer up to its limit from a position in the file, and flips it for reading. */
    private static ByteBuffer read(FileChannel channel, long position, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("it became shorter while it was read");
            }
        }
        return bytes.flip();
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
