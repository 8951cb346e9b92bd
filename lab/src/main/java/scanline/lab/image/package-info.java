/** Images: sets of them, the files that they are read from (IDX, PNG, JPEG), and how a picture from elsewhere is prepared. */
@NullMarked
package scanline.lab.image;

import org.jspecify.annotations.NullMarked;
