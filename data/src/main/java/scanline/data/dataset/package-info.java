/**
 * Data sets of labeled grayscale images. They are read from IDX files in the jar or in a folder, or from a folder of
 * image files; known sets are fetched on request and checked by SHA-256. Pixels are unsigned bytes here; batches
 * convert them to floats.
 */
@NullMarked
package scanline.data.dataset;

import org.jspecify.annotations.NullMarked;
