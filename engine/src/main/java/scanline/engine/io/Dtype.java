package scanline.engine.io;

import java.nio.ByteBuffer;

/** The number formats of tensors in a safetensors file, by the names of the format; all are read as floats. */
enum Dtype {
    /** Single precision, the only format that is computed with and written. */
    F32(Float.BYTES) {
        @Override
        void read(ByteBuffer bytes, float[] values, int at, int count) {
            bytes.asFloatBuffer().get(values, at, count);
        }
    },
    /** Double precision, rounded to the nearest float. */
    F64(Double.BYTES) {
        @Override
        void read(ByteBuffer bytes, float[] values, int at, int count) {
            for (int i = 0; i < count; i++) {
                values[at + i] = (float) bytes.getDouble();
            }
        }
    },
    /** Half precision, whose numbers are all floats. */
    F16(Short.BYTES) {
        @Override
        void read(ByteBuffer bytes, float[] values, int at, int count) {
            for (int i = 0; i < count; i++) {
                values[at + i] = Float.float16ToFloat(bytes.getShort());
            }
        }
    },
    /** The upper half of a float's bits. */
    BF16(Short.BYTES) {
        @Override
        void read(ByteBuffer bytes, float[] values, int at, int count) {
            for (int i = 0; i < count; i++) {
                values[at + i] = Float.intBitsToFloat(bytes.getShort() << Short.SIZE);
            }
        }
    };

    private final int bytes;

    Dtype(int bytes) {
        this.bytes = bytes;
    }

    /** The size of a number in bytes. */
    int bytes() {
        return bytes;
    }

    /** Returns whether some numbers of this format have to be rounded to become floats. */
    boolean isRounded() {
        return this == F64;
    }

    /** Reads {@code count} numbers, all that the buffer contains, into {@code values} starting at {@code at}. */
    abstract void read(ByteBuffer bytes, float[] values, int at, int count);
}
