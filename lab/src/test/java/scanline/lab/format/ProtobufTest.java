package scanline.lab.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import scanline.engine.file.Protobuf;

/** The examples of protobuf.dev/programming-guides/encoding, and those of other types by hand. */
class ProtobufTest {
    private static String hex(Protobuf message) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        message.writeTo(out);
        return HexFormat.of().formatHex(out.toByteArray());
    }

    @Test
    void wholeNumbersAreVarints() throws IOException {
        assertThat(hex(new Protobuf().varint(1, 150))).isEqualTo("089601");
        assertThat(hex(new Protobuf().varint(1, 0))).isEqualTo("0800");
        assertThat(hex(new Protobuf().varint(1, -2))).isEqualTo("08feffffffffffffffff01");
    }

    @Test
    void aFieldAboveFifteenHasATagOfTwoBytes() throws IOException {
        assertThat(hex(new Protobuf().varint(20, 7))).isEqualTo("a00107");
    }

    @Test
    void textsAndMessagesAreLengthPrefixed() throws IOException {
        assertThat(hex(new Protobuf().text(2, "testing"))).isEqualTo("120774657374696e67");
        assertThat(hex(new Protobuf().text(2, "ü"))).isEqualTo("1202c3bc");
        assertThat(hex(new Protobuf().message(3, new Protobuf().varint(1, 150)))).isEqualTo("1a03089601");
    }

    @Test
    void floatsAreLittleEndian() throws IOException {
        assertThat(hex(new Protobuf().number(2, 1.5f))).isEqualTo("150000c03f");
        assertThat(hex(new Protobuf().number(1, 1.0).numbers(6, new double[] {2})))
                .isEqualTo("09000000000000f03f32080000000000000040");
        assertThat(Protobuf.littleEndian(1.5f, -2f)).asHexString().isEqualTo("0000C03F000000C0");
        assertThat(Protobuf.littleEndian(258L)).asHexString().isEqualTo("0201000000000000");
    }
}
