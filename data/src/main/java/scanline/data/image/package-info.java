/**
 * Images: sets of images, the files that they are read from (IDX, PNG, JPEG), and the preparation of image files for a
 * model.
 */
@NullMarked
package scanline.data.image;

import org.jspecify.annotations.NullMarked;
