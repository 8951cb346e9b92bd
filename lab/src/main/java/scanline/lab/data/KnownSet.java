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
 * @param name what {@code data=} and {@code data fetch} call it
 * @param description one line for people
 * @param license its license and its authors
 * @param classNames what each class is called, by its label
 * @param source what is downloaded, and what it must be
 * @param mirrors folders that end in a slash and hold what is downloaded, the best one first
 * @param inJar whether it comes with Scanline
 * @param preparation how a picture from elsewhere is made like its images
 */
public record KnownSet(String name, String description, String license, List<String> classNames, Source source,
        List<URI> mirrors, boolean inJar, Preparation preparation) {

    /**
     * Reads a part and makes sure that it is this set's.
     *
     * @throws DataException if it is not
     */
    public Idx read(Part part, IdxFiles files) {
        return source.read(this, part, files);
    }
}
