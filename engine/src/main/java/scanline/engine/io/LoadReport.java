package scanline.engine.io;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was done to the tensors of a file so that they fit a model.
 *
 * @param file where they are from
 * @param metadata the texts of the file
 * @param prefix what all their names began with, and was removed; empty for nothing
 * @param tied the parameters that the file lacks, by their names, each with the tensor that its metadata name instead
 * @param converted the dtypes other than F32 that were converted, by their names in the format
 */
public record LoadReport(Path file, Map<String, String> metadata, String prefix, Map<String, String> tied,
        Set<String> converted) {
    /** What a user should know of it, each in a line that begins with the file; nothing if the file fitted as it is. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (!prefix.isEmpty()) {
            lines.add(file + ": the names of all tensors begin with " + Excerpt.quoted(prefix) + ", which was removed");
        }
        tied.forEach((name, tensor) -> lines.add(file + ": " + name + " is tied to tensor " + Excerpt.quoted(tensor)
                + " by the file's metadata, and has its values"));
        if (!converted.isEmpty()) {
            lines.add(file + ": tensors of dtype " + String.join(", ", converted) + " were converted to F32, "
                    + (converted.stream().map(Dtype::valueOf).anyMatch(Dtype::isRounded)
                            ? "rounded to the nearest"
                            : "which has all of their values"));
        }
        return lines;
    }
}
