/**
 * Data sets of labeled grayscale images. {@link scanline.data.dataset.Datasets} opens one by its name as a {@link
 * scanline.data.dataset.Dataset}, which has a training set and a test set. They are read from IDX files in a jar or in
 * a folder, or from a folder of image files; known sets are fetched on request and checked by SHA-256. Pixels are
 * unsigned bytes here; batches convert them to floats.
 */
@NullMarked
package scanline.data.dataset;

import org.jspecify.annotations.NullMarked;
