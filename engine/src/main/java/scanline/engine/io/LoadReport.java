package scanline.engine.io;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import scanline.engine.file.Excerpt;

/**
 * What did not match between a file and a model, and the adjustments that made the tensors fit.
 *
 * @param file the file
 * @param metadata the texts of the file
 * @param prefix the common prefix of all tensor names, which was removed; empty if none was
 * @param tied the names of the parameters that are missing from the file, each with the tensor that the metadata of the
 *     file name instead
 * @param converted the dtypes other than F32 that were converted, by their names in the format
 * @param missing the names of the parameters and statistics that a partial load did not find, which keep their values
 * @param unused the tensors of the file that a partial load left over, by their names in the file
 */
public record LoadReport(Path file, Map<String, String> metadata, String prefix, Map<String, String> tied,
        Set<String> converted, List<String> missing, List<String> unused) {
    private static final int MOST_NAMES = 5; // a file may have thousands

    /**
     * One line for each adjustment or gap that a user should know of, starting with the file; empty if the file fit
     * unchanged.
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
        if (!missing.isEmpty()) {
            lines.add(file + ": " + (missing.size() == 1
                    ? "1 parameter of the model is missing and keeps its values: "
                    : missing.size() + " parameters of the model are missing and keep their values: ")
                    + names(missing));
        }
        if (!unused.isEmpty()) {
            lines.add(file + ": " + (unused.size() == 1
                    ? "1 tensor belongs to no parameter of the model and was left over: "
                    : unused.size() + " tensors belong to no parameter of the model and were left over: ")
                    + names(unused.stream().map(Excerpt::quoted).toList()));
        }
        return lines;
    }

    private static String names(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())))
                + (names.size() > MOST_NAMES ? " and " + (names.size() - MOST_NAMES) + " more" : "");
    }
}
