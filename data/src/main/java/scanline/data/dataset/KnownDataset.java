package scanline.data.dataset;

import java.util.List;
import scanline.data.dataset.IdxFiles.Part;
import scanline.data.image.Idx;
import scanline.data.image.ImageSet;

/**
 * A known set that is read from its files. Files from a folder are checked by their SHA-256 when they are read. Files
 * in the jar were checked by the build; {@code data verify} checks them again.
 */
record KnownDataset(KnownSet set, IdxFiles files) implements Dataset {
    @Override
    public String name() {
        return set.name();
    }

    @Override
    public List<String> classNames() {
        return set.classNames();
    }

    @Override
    public ImageSet train() {
        return read(Part.TRAIN_IMAGES, Part.TRAIN_LABELS);
    }

    @Override
    public ImageSet test() {
        return read(Part.TEST_IMAGES, Part.TEST_LABELS);
    }

    private ImageSet read(Part images, Part labels) {
        Idx pixels = read(images);
        int[] sizes = pixels.sizes();
        return new ImageSet(sizes[1], sizes[2], pixels.data(), read(labels).data(), set.classNames().size());
    }

    private Idx read(Part part) {
        return files instanceof IdxFiles.Packaged ? files.read(part) : set.read(part, files);
    }
}
