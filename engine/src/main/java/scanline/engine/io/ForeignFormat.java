package scanline.engine.io;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** Other file formats for weights, recognized by their first bytes. */
final class ForeignFormat {
    /** The number of bytes that are examined. */
    static final int START_BYTES = 256;

    private static final String ZIP = "PK\003\004";
    private static final int ZIP_NAME_LENGTH_AT = 26;
    private static final int ZIP_NAME_AT = 30;
    /** Protocol 2 or later, then an instruction. */
    private static final Pattern PICKLE = Pattern.compile("(?s)\\x80[\\x02-\\x05][^\\x00].*");
    /** The version of the format, then a second field of ModelProto. */
    private static final Pattern ONNX = Pattern.compile("(?s)\\x08[\\x01-\\x1f][\\x12\\x1a\"(2:B].*");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./-]+");

    private ForeignFormat() {}

    /**
     * Rejects a file of another known format, with a message that names the format and says how to convert the file.
     *
     * @param start the first {@link #START_BYTES} bytes of the file, or all if it is shorter
     * @throws FormatException if the file has one of these formats
     */
    static void refuse(Path file, byte[] start) throws FormatException {
        if (start.length > Long.BYTES && start[Long.BYTES] == '{') {
            return; // the start of a safetensors header
        }
        String name = name(file, new String(start, StandardCharsets.ISO_8859_1));
        if (name != null) {
            throw new FormatException(file, name);
        }
    }

    private static @Nullable String name(Path file, String start) {
        if (start.startsWith(ZIP) && start.length() > ZIP_NAME_AT) {
            int end = ZIP_NAME_AT + start.charAt(ZIP_NAME_LENGTH_AT) + (start.charAt(ZIP_NAME_LENGTH_AT + 1) << 8);
            String first = start.substring(ZIP_NAME_AT, Math.min(end, start.length()));
            return first.endsWith("data.pkl")
                    ? pickle(file)
                    : first.endsWith(".npy") ? npz(file) : "a zip archive, not a safetensors file";
        }
        if (PICKLE.matcher(start).matches()) {
            return pickle(file);
        }
        if (ONNX.matcher(start).matches()) {
            return onnx(file);
        }
        if (start.startsWith("\u0093NUMPY")) {
            return "a single NumPy array, not a safetensors file";
        }
        if (start.startsWith("\u0089HDF\r\n")) {
            return "an HDF5 file, such as Keras writes, not a safetensors file";
        }
        if (start.startsWith("GGUF")) {
            return "a GGUF file, not a safetensors file";
        }
        return start.startsWith("version https://git-lfs")
                ? "a Git LFS pointer, not the file itself; `git lfs pull` fetches the file"
                : null;
    }

    private static String pickle(Path file) {
        return "a PyTorch pickle, not a safetensors file; " + convert(file, "pt",
                "import torch; from safetensors.torch import save_file; "
                        + "w = torch.load('IN', map_location='cpu', weights_only=True); "
                        + "save_file({k: v.clone().contiguous() for k, v in w.get('state_dict', w).items()}, 'OUT')")
                + " (if its weights are under a key other than state_dict, use that key)";
    }

    private static String npz(Path file) {
        return "an archive of NumPy arrays, not a safetensors file; " + convert(file, "npz",
                "import numpy; from safetensors.numpy import save_file; save_file(dict(numpy.load('IN')), 'OUT')");
    }

    private static String onnx(Path file) {
        return "an ONNX model, not a safetensors file; " + convert(file, "onnx",
                "import onnx; from onnx.numpy_helper import to_array; from safetensors.numpy import save_file; "
                        + "save_file({t.name: to_array(t) for t in onnx.load('IN').graph.initializer}, 'OUT')")
                + " (ONNX names the weights of recurrent layers differently and orders their gates differently)";
    }

    /** Returns the command, with the name of the file only if no shell would interpret any of its characters. */
    private static String convert(Path file, String ending, String program) {
        String in = PLAIN.matcher(file.toString()).matches() ? file.toString() : "weights." + ending;
        String out = in.replaceFirst("\\.[A-Za-z]+$", "") + ".safetensors";
        return "convert it: python -c \"" + program.replace("'IN'", "'" + in + "'").replace("'OUT'", "'" + out + "'")
                + "\"";
    }
}
