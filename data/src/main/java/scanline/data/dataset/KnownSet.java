package scanline.data.dataset;

import java.net.URI;
import java.util.List;
import scanline.data.base.DataException;
import scanline.data.dataset.IdxFiles.Part;
import scanline.data.image.Idx;
import scanline.data.image.Preparation;

/**
 * A published set of four IDX files whose content is known.
 *
 * @param name its name for the recipe key {@code data} and the command {@code data fetch}
 * @param description a one-line description
 * @param license its license and its authors
 * @param classNames the name of each class, indexed by label
 * @param source the files to download and their hashes
 * @param mirrors the folders to download from, as URIs that end in a slash, the best one first
 * @param preparation how an image file is prepared to look like its images
 */
public record KnownSet(String name, String description, String license, List<String> classNames, Source source,
        List<URI> mirrors, Preparation preparation) {

    /**
     * Reads a part and checks that it belongs to this set.
     *
     * @throws DataException if it does not
     */
    public Idx read(Part part, IdxFiles files) {
        return source.read(this, part, files);
    }
}
