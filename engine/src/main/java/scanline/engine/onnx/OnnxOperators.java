package scanline.engine.onnx;

/** The versions of the ONNX operators (onnx.ai/onnx/operators) that a model can be exported with. */
public enum OnnxOperators {
    /** A version for older programs. It has no Gelu, which is replaced by simpler operators. */
    OPSET_17(17, 8),
    /** The first version with an operator for everything that the models of Scanline compute. */
    OPSET_20(20, 9);

    private final int number;
    private final int format;

    OnnxOperators(int number, int format) {
        this.number = number;
        this.format = format;
    }

    /** The number of the version in a file. */
    public int number() {
        return number;
    }

    /** The version of the ONNX file format that was released with the operators. */
    public int format() {
        return format;
    }

    /** Returns whether this version is at least a given one. */
    public boolean areFrom(int version) {
        return number >= version;
    }
}
