package scanline.engine.io;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import scanline.engine.file.Excerpt;

/**
 * The adjustments that made the tensors of a file fit a model.
 *
 * @param file the file
 * @param metadata the texts of the file
 * @param prefix the common prefix of all tensor names, which was removed; empty if none was
 * @param tied the names of the parameters that are missing from the file, each with the tensor that the metadata of the
 *     file name instead
 * @param converted the dtypes other than F32 that were converted, by their names in the format
 */
public record LoadReport(Path file, Map<String, String> metadata, String prefix, Map<String, String> tied,
        Set<String> converted) {
    /**
     * One line for each adjustment that a user should know of, starting with the file; empty if the file fit unchanged.
     */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (!prefix.isEmpty()) {
            lines.add(file + ": the names of all tensors start with " + Excerpt.quoted(prefix)
                    + "; this prefix was removed");
        }
        tied.forEach((name, tensor) -> lines.add(file + ": " + name + " uses the values of tensor "
                + Excerpt.quoted(tensor) + ", to which the file's metadata tie it"));
        if (!converted.isEmpty()) {
            lines.add(file + ": tensors of dtype " + String.join(", ", converted) + " were converted to F32, "
                    + (converted.stream().map(Dtype::valueOf).anyMatch(Dtype::isRounded)
                            ? "rounded to the nearest float"
                            : "which represents all of their values exactly"));
        }
        return lines;
    }
}
