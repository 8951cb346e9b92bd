package scanline.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.file.FileAccessException;

class SafeTensorsTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("weights.safetensors");
    }

    @Test
    void writtenTensorsAreReadBack() throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("step", "1200");
        metadata.put("", "empty name, \"quotes\", \\ and \u0000 \u007f \u0085 \n ☃ 𝄞");
        SafeTensors written = new SafeTensors(List.of(
                entry("z", new int[] {2, 3}, 1, 2, 3, 4, 5, 6),
                entry("a", new int[0], 7),
                entry("none", new int[] {3, 0, 2}),
                entry("b", new int[] {1, 1, 1, 2}, 8, 9)), metadata);
        SafeTensors.write(file, written);
        SafeTensors read = SafeTensors.read(file);
        assertThat(read.tensors().keySet()).containsExactly("z", "a", "none", "b");
        written.tensors().values().forEach(tensor -> assertSame(read.tensors().get(tensor.name()), tensor));
        assertThat(List.copyOf(read.metadata().entrySet())).isEqualTo(List.copyOf(metadata.entrySet()));
    }

    @Test
    void aFileWithoutTensorsIsReadBack() throws IOException {
        SafeTensors.write(file, new SafeTensors(List.of(), Map.of()));
        SafeTensors read = SafeTensors.read(file);
        assertThat(read.tensors()).isEmpty();
        assertThat(read.metadata()).isEmpty();
    }

    @Test
    void everyBitOfEveryValueIsPreserved() throws IOException {
        Random random = new Random(1);
        float[] values = new float[200_001]; // more than three chunks
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(random.nextInt());
        }
        values[0] = -0f;
        values[1] = Float.intBitsToFloat(0x7fc12345); // a NaN with a payload
        SafeTensors.write(file, new SafeTensors(List.of(
                new SafeTensors.Entry("odd", new int[] {1}, new float[] {1}),
                new SafeTensors.Entry("bits", new int[] {values.length}, values)), Map.of()));
        assertThat(bits(SafeTensors.read(file).tensors().get("bits").values())).isEqualTo(bits(values));
    }

    @Test
    void theDataStartAtAMultipleOfEightBytes() throws IOException {
        for (int length = 1; length <= 8; length++) {
            SafeTensors.write(file, new SafeTensors(List.of(entry("n".repeat(length), new int[] {1}, 1)), Map.of()));
            assertThat(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8).isZero();
        }
    }

    /** golden.safetensors was written by golden.py, which lies beside it, with Python's safetensors. */
    @Test
    void aFileWrittenByPythonIsRead() throws IOException {
        Files.write(file, golden());
        SafeTensors read = SafeTensors.read(file);
        assertThat(read.metadata()).isEqualTo(Map.of("note", "tab\t, quote \", slash /, snow ☃, clef 𝄞"));
        assertThat(read.tensors()).hasSize(5);
        assertSame(read.tensors().get("lstm.weight_ih_l0"),
                entry("lstm.weight_ih_l0", new int[] {2, 3}, -2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f));
        assertSame(read.tensors().get("scalar"), entry("scalar", new int[0], 1.5f));
        assertSame(read.tensors().get("empty"), entry("empty", new int[] {0, 4}));
        assertSame(read.tensors().get("special"), entry("special", new int[] {7}, 0, -0f, Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY, Float.MIN_VALUE, Float.MAX_VALUE, 0.1f));
        assertSame(read.tensors().get("escaped \"\\\n\u0001 ü"),
                entry("escaped \"\\\n\u0001 ü", new int[] {1, 1, 2}, 1, 1));
    }

    /** So what Scanline writes, Python reads. */
    @Test
    void theWriterProducesTheSameBytesAsPython() throws IOException {
        Files.write(file, golden());
        SafeTensors.write(file, SafeTensors.read(file));
        assertThat(file).hasBinaryContent(golden());
    }

    @Test
    void headersInAnotherOrderThanTheDataAreRead() throws IOException {
        write("{\"late\":{\"data_offsets\":[4,8],\"shape\":[1],\"dtype\":\"F32\"}, \"early\" : "
                + "{\"shape\":[ ],\"dtype\":\"F32\",\"data_offsets\":[0 , 4]}}  ", 1, 2);
        SafeTensors read = SafeTensors.read(file);
        assertThat(read.tensors().keySet()).containsExactly("late", "early");
        assertThat(read.tensors().get("late").values()).containsExactly(2);
        assertThat(read.tensors().get("early").values()).containsExactly(1);
    }

    @Test
    void allJsonEscapesAreRead() throws IOException {
        write("{\"__metadata__\":{\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\uD834\\uDD1E\":\"\"}}");
        assertThat(SafeTensors.read(file).metadata()).containsOnlyKeys("\"\\/\b\f\n\r\tä𝄞");
    }

    @Test
    void filesTooShortForTheHeaderLengthAreRejected() throws IOException {
        for (int length = 0; length < 8; length++) {
            Files.write(file, new byte[length]);
            refused("not a safetensors file: only " + length + " bytes long");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 100_000_000, 100_000_001, Integer.MAX_VALUE, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void headersLongerThanTheFileAreRejected(long length) throws IOException {
        Files.write(file, ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put((byte) '{')
                .put((byte) '}').array());
        refused("not a safetensors file, or truncated: its header would be " + Long.toUnsignedString(length)
                + " bytes long, but at most 2 are possible");
    }

    @Test
    void headersLongerThanTheFormatAllowsAreRejected() throws IOException {
        try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.writeLong(Long.reverseBytes(100_000_001));
            sparse.setLength(200_000_000);
        }
        refused("not a safetensors file, or truncated: its header would be 100000001 bytes long, but at most 100000000"
                + " are possible");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " {}", "[]", "\ufeff{}", "x"})
    void headersThatDoNotStartWithABraceAreRejected(String header) throws IOException {
        write(header);
        refused("not a safetensors file: its header does not start with '{'");
    }

    @Test
    void headersThatAreNotUtf8AreRejected() throws IOException {
        for (byte[] wrong : new byte[][] {{(byte) 0xff}, {(byte) 0xc0, (byte) 0x80},
                {(byte) 0xed, (byte) 0xa0, (byte) 0x80}}) {
            ByteBuffer header = ByteBuffer.allocate(100).put(bytes("{\"")).put(wrong).put(bytes("\":0}")).flip();
            writeHeader(Arrays.copyOf(header.array(), header.limit()));
            refused("the header is not UTF-8");
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
            "`{`                                    | 2 | '\"' expected",
            "`{\"a\"`                               | 5 | ':' expected",
            "`{\"a\":`                              | 6 | '{' expected",
            "`{\"a`                                 | 4 | the string does not end",
            "`{,}`                                  | 2 | '\"' expected",
            "`{a:1}`                                | 2 | '\"' expected",
            "`{'a':1}`                              | 2 | '\"' expected",
            "`{\"__metadata__\":{},}`               | 20 | '\"' expected",
            "`{\"__metadata__\":{}]`                | 19 | ',' or '}' expected",
            "`{\"__metadata__\":{}`                 | 19 | ',' or '}' expected",
            "`{}x`                                  | 3 | only spaces may follow the header",
            "`{}\n`                                 | 3 | only spaces may follow the header",
            "`{}{}`                                 | 3 | only spaces may follow the header",
            "`{\"__metadata__\":null}`              | 17 | '{' expected",
            "`{\"__metadata__\":{\"a\":1}}`         | 22 | '\"' expected",
            "`{\"__metadata__\":{\"a\":null}}`      | 22 | '\"' expected",
            "`{\"__metadata__\":{\"a\":{}}}`        | 22 | '\"' expected",
            "`{\"a\tb\":{}}`                        | 4 | a control character within a string",
            "`{\"a\\x\":{}}`                        | 5 | an unknown escape within a string",
            "`{\"\\u12g4\":{}}`                     | 7 | four hexadecimal digits expected",
            "`{\"\\u１234\":{}}`                    | 5 | four hexadecimal digits expected",
            "`{\"\\ud834\":{}}`                     | 10 | half of a surrogate pair",
            "`{\"\\udd1e\\ud834\":{}}`              | 16 | half of a surrogate pair",
            "`{\"a\":{\"shape\":[-1]}}`             | 16 | a whole number expected, without sign or leading zeros",
            "`{\"a\":{\"shape\":[01]}}`             | 16 | a whole number expected, without sign or leading zeros",
            "`{\"a\":{\"shape\":[+1]}}`             | 16 | a whole number expected, without sign or leading zeros",
            "`{\"a\":{\"shape\":[1,]}}`             | 18 | a whole number expected, without sign or leading zeros",
            "`{\"a\":{\"shape\":[\"1\"]}}`          | 16 | a whole number expected, without sign or leading zeros",
            "`{\"a\":{\"shape\":[[1]]}}`            | 16 | a whole number expected, without sign or leading zeros",
            "`{\"a\":{\"shape\":[1.0]}}`            | 17 | ',' or ']' expected",
            "`{\"a\":{\"shape\":[1e3]}}`            | 17 | ',' or ']' expected",
            "`{\"a\":{\"shape\":[1 2]}}`            | 18 | ',' or ']' expected",
            "`{\"a\":{\"shape\":[1}}`               | 17 | ',' or ']' expected",
            "`{\"a\":{\"shape\":[1234567890123456789]}}` | 34 | the number is too large",
            "`{\"a\":{\"data_offsets\":[1,2,3]}}`   | 27 | more than 2 numbers",
            "`{\"a\":{\"shape\":[1],\"shape\":[1]}}` | 30 | duplicate \"shape\"",
            "`{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}` | 34 | duplicate \"dtype\"",
            "`{\"a\":{\"strides\":[1]}}`            | 17 | unknown key \"strides\" of a tensor",
            "`{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}` | 31 | duplicate \"a\"",
            "`{\"__metadata__\":{},\"__metadata__\":{}}` | 35 | duplicate \"__metadata__\"",
    })
    void aHeaderThatIsNotStrictJsonOfTheRightFormIsRefusedWithTheCharacter(String header, int character, String reason)
            throws IOException {
        write(header);
        refused("header, character " + character + ": " + reason);
    }

    @Test
    void duplicateTensorsAreRejected() throws IOException {
        write("{" + member("a", 1, 0, 4) + "," + member("a", 1, 4, 8) + "}", 1, 2);
        refused("header, character 59: duplicate \"a\"");
    }

    @Test
    void deepNestingIsRejectedWithoutRecursion() throws IOException {
        write("{\"a\":".repeat(1_000_000));
        refused("header, character 11: unknown key \"a\" of a tensor");
        write("{\"a\":{\"shape\":" + "[".repeat(1_000_000));
        refused("header, character 16: a whole number expected, without sign or leading zeros");
    }

    @Test
    void tooManyDimensionsAreRejected() throws IOException {
        String shape = "1" + ",1".repeat(64);
        write("{\"a\":{\"dtype\":\"F32\",\"shape\":[" + shape + "],\"data_offsets\":[0,4]}}", 1);
        assertThatThrownBy(() -> SafeTensors.read(file)).hasMessageEndingWith(": more than 64 numbers");
        write("{\"a\":{\"dtype\":\"F32\",\"shape\":[" + shape.substring(2) + "],\"data_offsets\":[0,4]}}", 1);
        assertThat(SafeTensors.read(file).tensors().get("a").shape()).hasSize(64);
    }

    @Test
    void pyTorchsBatchCounterIsSkipped() throws IOException {
        write("{\"bn.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
                + "\"bn.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}", 1, 2, 3);
        SafeTensors content = SafeTensors.read(file);
        assertThat(content.tensors().keySet()).containsExactly("bn.bias");
        assertThat(content.tensors().get("bn.bias").values()).containsExactly(3f);
    }

    @Test
    void aBatchCounterHasEightBytes() throws IOException {
        write("{\"num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,4]}}", 1);
        refused("tensor \"num_batches_tracked\" of shape [] needs 8 bytes, but its data_offsets span 4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"F8_E4M3", "I64", "U8", "BOOL", "f32", ""})
    void otherDtypesAreRejectedByName(String dtype) throws IOException {
        write("{\"fc.bias\":{\"dtype\":\"" + dtype + "\",\"shape\":[1],\"data_offsets\":[0,4]}}", 1);
        refused("tensor \"fc.bias\" has dtype \"" + dtype + "\", but only F32, F64, F16, BF16 can be read");
    }

    @Test
    void halfPrecisionIsReadExactly() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN).putShort((short) 0x3c00)
                .putShort((short) 0xc000).putShort((short) 1).putShort((short) 0x7bff).putShort((short) 0xfc00);
        writeStored("F16", 5, data);
        assertStored("F16", 1, -2, 0x1p-24f, 65504, Float.NEGATIVE_INFINITY);
        data = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN).putShort((short) 0x3f80)
                .putShort((short) 0xc000).putShort((short) 1).putShort((short) 0x7f7f).putShort((short) 0xff80);
        writeStored("BF16", 5, data);
        assertStored("BF16", 1, -2, 0x1p-133f, 0x1.fep127f, Float.NEGATIVE_INFINITY);
    }

    @Test
    void doublesAreRoundedToTheNearestFloat() throws IOException {
        int count = 70_000; // more than two chunks
        ByteBuffer data = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
        data.putDouble(0.1).putDouble(1 + 0x1p-24).putDouble(1 + 3 * 0x1p-24).putDouble(Double.MIN_VALUE)
                .putDouble(1e300);
        data.putDouble(8 * (count - 1), -2.5);
        writeStored("F64", count, data);
        float[] expected = new float[count];
        System.arraycopy(new float[] {0.1f, 1, 1 + 0x1p-22f, 0, Float.POSITIVE_INFINITY}, 0, expected, 0, 5);
        expected[count - 1] = -2.5f;
        assertStored("F64", expected);
    }

    @Test
    void numbersHaveTheSizeOfTheirDtype() throws IOException {
        write("{\"a\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[0,4]}}", 1);
        refused("tensor \"a\" of shape [1] needs 2 bytes, but its data_offsets span 4");
    }

    private void writeStored(String dtype, int count, ByteBuffer data) throws IOException {
        byte[] header = bytes("{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + count + "],\"data_offsets\":[0,"
                + data.capacity() + "]}}");
        Files.write(file, ByteBuffer.allocate(8 + header.length + data.capacity()).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length).put(header).put(data.array()).array());
    }

    private void assertStored(String dtype, float... values) throws IOException {
        SafeTensors read = SafeTensors.read(file);
        assertSame(read.tensors().get("a"), entry("a", new int[] {values.length}, values));
        assertThat(read.converted()).containsExactly(dtype);
    }

    /** The files begin as PyTorch, Python, NumPy, ONNX, Keras, llama.cpp and Git LFS write them. */
    @Test
    void otherFormatsAreNamedWithAHintToConvertThem() throws IOException {
        String pickle = "a PyTorch pickle, not a safetensors file; convert it: python -c \"import torch; ";
        assertForeign(pickle, zipOf("weights/data.pkl"));
        assertForeign(pickle, 0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20);
        assertForeign(pickle, 0x80, 4, 0x95, 1, 1, 0, 0, 0, 0, 0);
        assertForeign("an archive of NumPy arrays, not a safetensors file; convert it: python -c \"import numpy; ",
                zipOf("lstm.weight_ih_l0.npy"));
        assertForeign("a zip archive, not a safetensors file", zipOf("readme.txt"));
        assertForeign("an ONNX model, not a safetensors file; convert it: python -c \"import onnx; ", 8, 9, 0x12, 7,
                'p',
                'y', 't', 'o', 'r', 'c', 'h');
        assertForeign("a single NumPy array, not a safetensors file", 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
        assertForeign("an HDF5 file, such as Keras writes, not a safetensors file", 0x89, 'H', 'D', 'F', '\r', '\n',
                0x1a, '\n');
        assertForeign("a GGUF file, not a safetensors file", 'G', 'G', 'U', 'F', 3, 0, 0, 0, 1);
        assertForeign("a Git LFS pointer, not the file itself; `git lfs pull` fetches the file",
                "version https://git-lfs.github.com/spec/v1\n".chars().toArray());
    }

    @Test
    void theConversionCommandNamesTheFileIfItNeedsNoQuoting() throws IOException {
        file = folder.resolve("mine.pt");
        assertForeign("torch.load('" + file + "', map_location", zipOf("mine/data.pkl"));
        assertForeign(", '" + folder.resolve("mine.safetensors") + "')\"", zipOf("mine/data.pkl"));
        file = folder.resolve("$(rm x)'.pt");
        assertForeign("torch.load('weights.pt', map_location", zipOf("mine/data.pkl"));
    }

    @Test
    void safetensorsFilesAreNeverMistakenForAnotherFormat() throws IOException {
        // A header of 0x0280 bytes begins as a pickle does, and one of 0x04034b50 as a zip archive.
        write("{" + " ".repeat(0x280 - 2) + "}");
        assertThat(SafeTensors.read(file).tensors()).isEmpty();
        write("{" + " ".repeat(0x04034b50 - 2) + "}");
        assertThat(SafeTensors.read(file).tensors()).isEmpty();
    }

    private static int[] zipOf(String name) {
        int[] start = new int[30 + name.length() + 100];
        System.arraycopy(new int[] {'P', 'K', 3, 4}, 0, start, 0, 4);
        start[26] = name.length();
        System.arraycopy(name.chars().toArray(), 0, start, 30, name.length());
        return start;
    }

    private void assertForeign(String reason, int... start) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(start.length);
        IntStream.of(start).forEach(b -> bytes.put((byte) b));
        Files.write(file, bytes.array());
        assertThatThrownBy(() -> SafeTensors.read(file)).isInstanceOf(FormatException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"dtype\":\"F32\",\"shape\":[1]", "\"dtype\":\"F32\",\"data_offsets\":[0,4]",
            "\"shape\":[1],\"data_offsets\":[0,4]", "\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4]", ""})
    void tensorsWithMissingKeysAreRejected(String keys) throws IOException {
        write("{\"a\":{" + keys + "}}", 1);
        refused("tensor \"a\" needs a dtype, a shape and two data_offsets");
    }

    @Test
    void dataBeyondTheEndOfTheFileAreRejected() throws IOException {
        write("{" + member("a", 2, 0, 8) + "}", 1);
        refused("tensor \"a\" has data_offsets [0, 8], but the file has 4 bytes of data");
    }

    @Test
    void dataThatEndBeforeTheyStartAreRejected() throws IOException {
        write("{" + member("a", 1, 4, 0) + "}", 1);
        refused("tensor \"a\" has data_offsets [4, 0], but the file has 4 bytes of data");
    }

    @Test
    void aShapeThatDoesNotFitItsDataIsRejected() throws IOException {
        write("{" + member("a", 2, 0, 4) + "}", 1);
        refused("tensor \"a\" of shape [2] needs 8 bytes, but its data_offsets span 4");
        write("{" + member("a", 0, 0, 4) + "}", 1);
        refused("tensor \"a\" of shape [0] needs 0 bytes, but its data_offsets span 4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2147483648", "999999999999999999", "65536,32768", "4294967296,4294967296",
            "2147483639,2147483639,2147483639", "0,2147483648"})
    void aShapeWhoseProductIsTooLargeIsRejected(String shape) throws IOException {
        write("{\"a\":{\"dtype\":\"F32\",\"shape\":[" + shape + "],\"data_offsets\":[0,0]}}");
        refused("tensor \"a\" of shape [" + shape.replace(",", ", ") + "] is too large");
    }

    @Test
    void overlappingTensorsAreRejected() throws IOException {
        write("{" + member("a", 2, 0, 8) + "," + member("b", 2, 4, 12) + "}", 1, 2, 3);
        refused("tensor \"b\" overlaps the tensor before it");
        write("{" + member("a", 2, 0, 8) + "," + member("b", 2, 0, 8) + "}", 1, 2);
        refused("tensor \"b\" overlaps the tensor before it");
        write("{" + member("a", 2, 0, 8) + "," + member("b", 0, 4, 4) + "}", 1, 2);
        refused("tensor \"b\" overlaps the tensor before it");
    }

    @Test
    void gapsBetweenTensorsAreRejected() throws IOException {
        write("{" + member("a", 1, 0, 4) + "," + member("b", 1, 8, 12) + "}", 1, 2, 3);
        refused("tensor \"b\" starts 4 bytes after the end of the tensor before it");
        write("{" + member("a", 1, 4, 8) + "}", 1, 2);
        refused("tensor \"a\" starts 4 bytes after the end of the tensor before it");
    }

    @Test
    void dataWithoutATensorAreRejected() throws IOException {
        write("{" + member("a", 1, 0, 4) + "}", 1, 2);
        refused("the last 4 bytes belong to no tensor");
        write("{}", 1);
        refused("the last 4 bytes belong to no tensor");
    }

    @Test
    void aHostileNameStaysOnOneShortLine() throws IOException {
        write("{\"" + "\\n\\u001b".repeat(1000) + "\":{\"dtype\":\"F32\"}}");
        refused("tensor \"" + "\\n\\u001b".repeat(30) + "...\" needs a dtype, a shape and two data_offsets");
    }

    @Test
    void aMissingFileAndAFolderAreNamed() {
        assertThatThrownBy(() -> SafeTensors.read(file))
                .isInstanceOf(FileAccessException.class)
                .hasMessage("cannot read " + file + ": no such file or folder");
        assertThatThrownBy(() -> SafeTensors.read(folder))
                .isInstanceOf(FileAccessException.class)
                .hasMessage("cannot read " + folder + ": Is a directory");
    }

    @Test
    void invalidContentsAreRejectedBeforeWriting() {
        assertThatThrownBy(() -> entry("__metadata__", new int[0], 1))
                .hasMessage("a tensor cannot be named __metadata__");
        assertThatThrownBy(() -> entry("a", new int[] {2, 2}, 1)).hasMessage("a has 1 values for the shape [2, 2]");
        assertThatThrownBy(() -> entry("a", new int[] {-1, -1}, 1)).hasMessage("a has 1 values for the shape [-1, -1]");
        assertThatThrownBy(() -> entry("a", new int[] {0, -1})).hasMessage("a has 0 values for the shape [0, -1]");
        assertThatThrownBy(() -> entry("a", new int[] {1 << 30, 1 << 30, 16}))
                .isInstanceOf(IllegalArgumentException.class);
        SafeTensors.Entry entry = entry("a", new int[0], 1);
        assertThatThrownBy(() -> new SafeTensors(List.of(entry, entry), Map.of()))
                .hasMessage("two tensors are named a");
    }

    /** Damaged files are refused or, when the damage hit the values or a name, read; nothing else may happen. */
    @Test
    void twentyThousandDamagedFilesDoNoHarm() throws IOException {
        byte[] whole = golden();
        byte[] tokens = bytes("{}[]\",:\\0123456789-.eEu \n");
        Random random = new Random(20_260_101);
        int refused = 0;
        try (FileChannel damagedFile = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int round = 0; round < 20_000; round++) {
                byte[] damaged = whole;
                for (int damage = random.nextInt(4); damage >= 0 && damaged.length > 0; damage--) {
                    damaged = damage(damaged, tokens, random);
                }
                damagedFile.write(ByteBuffer.wrap(damaged), 0);
                damagedFile.truncate(damaged.length);
                refused += isRefused(damaged) ? 1 : 0;
            }
        }
        assertThat(refused).isBetween(10_000, 19_500);
    }

    private boolean isRefused(byte[] content) throws IOException {
        try {
            SafeTensors read = SafeTensors.read(file);
            long values = read.tensors().values().stream().mapToLong(tensor -> tensor.values().length).sum();
            long headerBytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getLong();
            assertThat(8 + headerBytes + 4 * values).isEqualTo(content.length);
            return false;
        } catch (FormatException e) {
            assertThat(e.getMessage()).startsWith(file + ": ").doesNotContain("\n").hasSizeLessThan(1000);
            return true;
        }
    }

    private static byte[] damage(byte[] bytes, byte[] tokens, Random random) {
        int at = random.nextInt(bytes.length);
        int length = Math.min(random.nextInt(1, 9), bytes.length - at);
        ByteBuffer damaged = ByteBuffer.allocate(bytes.length + 8).put(bytes);
        switch (random.nextInt(6)) {
            case 0 -> damaged.put(at, (byte) (bytes[at] ^ 1 << random.nextInt(8))); // a bit flipped
            case 1 -> damaged.put(at, tokens[random.nextInt(tokens.length)]); // one character for another
            case 2 -> damaged.position(at).put(tokens[random.nextInt(tokens.length)]).put(bytes, at, bytes.length - at);
            case 3 -> damaged.position(at).put(bytes, at + length, bytes.length - at - length); // bytes lost
            case 4 -> damaged.position(at + length).put(bytes, at, bytes.length - at); // bytes doubled
            default -> damaged.position(at); // the end lost
        }
        return Arrays.copyOf(damaged.array(), damaged.position());
    }

    private void refused(String reason) {
        assertThatThrownBy(() -> SafeTensors.read(file))
                .isInstanceOf(FormatException.class)
                .hasMessage(file + ": " + reason);
    }

    private void write(String header, float... values) throws IOException {
        writeHeader(bytes(header), values);
    }

    private void writeHeader(byte[] header, float... values) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(8 + header.length + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        content.putLong(header.length).put(header).asFloatBuffer().put(values);
        Files.write(file, content.array());
    }

    private static String member(String name, int size, int begin, int end) {
        return "\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[" + size + "],\"data_offsets\":[" + begin + "," + end
                + "]}";
    }

    private static SafeTensors.Entry entry(String name, int[] shape, float... values) {
        return new SafeTensors.Entry(name, shape, values);
    }

    private static void assertSame(SafeTensors.Entry actual, SafeTensors.Entry expected) {
        assertThat(actual.name()).isEqualTo(expected.name());
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(bits(actual.values())).isEqualTo(bits(expected.values()));
    }

    private static int[] bits(float[] values) {
        return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] golden() throws IOException {
        try (InputStream stream = SafeTensorsTest.class.getResourceAsStream("golden.safetensors")) {
            return stream.readAllBytes();
        }
    }
}
