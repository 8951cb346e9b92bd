package scanline.lab.data;

import java.net.URI;
import java.util.List;
import scanline.lab.base.DataException;
import scanline.lab.data.IdxFiles.Part;
import scanline.lab.image.Idx;
import scanline.lab.image.Preparation;

/**
 * A published set of four IDX files whose content is known.
 *
 * @param name its name for the recipe key {@code data} and the command {@code data fetch}
 * @param description a one-line description
 * @param license its license and its authors
 * @param classNames the name of each class, indexed by label
 * @param source the files to download and their hashes
 * @param mirrors the folders to download from, as URIs that end in a slash, the best one first
 * @param inJar whether it comes with Scanline
 * @param preparation how an image file is prepared to look like its images
 */
public record KnownSet(String name, String description, String license, List<String> classNames, Source source,
        List<URI> mirrors, boolean inJar, Preparation preparation) {

    /**
     * Reads a part and checks that it belongs to this set.
     *
     * @throws DataException if it does not
     */
    public Idx read(Part part, IdxFiles files) {
        return source.read(this, part, files);
    }
}
