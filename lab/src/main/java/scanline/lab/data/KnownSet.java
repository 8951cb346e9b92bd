package scanline.lab.data;

import java.net.URI;
import java.util.List;
import java.util.Map;
import scanline.lab.data.IdxFiles.Part;

/**
 * A published set of four IDX files whose content is known.
 *
 * @param name what {@code data=} and {@code data fetch} call it
 * @param description one line for people
 * @param licence its licence and its authors
 * @param classNames what each class is called, by its label
 * @param sha256 the SHA-256 of each decompressed file, in hexadecimal
 * @param mirrors folders that end in a slash and hold the gzipped files, the best one first
 * @param inJar whether it comes with Scanline
 */
public record KnownSet(String name, String description, String licence, List<String> classNames,
        Map<Part, String> sha256, List<URI> mirrors, boolean inJar) {

    /** Reads a part and makes sure that it is this set's. */
    public Idx read(Part part, IdxFiles files) {
        Idx content = files.read(part);
        String actual = content.sha256();
        String expected = sha256.get(part);
        if (!actual.equals(expected)) {
            throw new DataException(files.name(part) + ": not " + name + "'s " + part.fileName()
                    + ": the SHA-256 of its content is " + actual + " instead of " + expected);
        }
        return content;
    }
}
