package scanline.lab.export;

/** The versions of ONNX's operators (onnx.ai/onnx/operators) that a model can be written in. */
public enum OnnxOperators {
    /** What older programs read, too: it has no Gelu, which is written in simpler operators. */
    OPSET_17(17, 8),
    /** The first version with an operator for everything that a model here computes. */
    OPSET_20(20, 9);

    private final int number;
    private final int format;

    OnnxOperators(int number, int format) {
        this.number = number;
        this.format = format;
    }

    /** The number of the version, as in a file. */
    public int number() {
        return number;
    }

    /** The version of ONNX's file format that came with the operators. */
    int format() {
        return format;
    }

    /** Whether operators are as they are from this version on. */
    boolean areFrom(int version) {
        return number >= version;
    }
}
