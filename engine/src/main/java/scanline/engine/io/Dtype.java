package scanline.engine.io;

import java.nio.ByteBuffer;

/** How a safetensors file stores the numbers of a tensor, by the names of the format; all are read as floats. */
enum Dtype {
    /** Single precision: what is computed with, and written. */
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
    /** Half precision, of which every number is a float. */
    F16(Short.BYTES) {
        @Override
        void read(ByteBuffer bytes, float[] values, int at, int count) {
            for (int i = 0; i < count; i++) {
                values[at + i] = Float.float16ToFloat(bytes.getShort());
            }
        }
    },
    /** The first half of a float's bits. */
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

    /** How long a number is. */
    int bytes() {
        return bytes;
    }

    /** Whether a number of this kind may be none that a float can be. */
    boolean isRounded() {
        return this == F64;
    }

    /** Takes the next {@code count} numbers of a buffer, which holds no others, to {@code values[at]} and behind it. */
    abstract void read(ByteBuffer bytes, float[] values, int at, int count);
}
