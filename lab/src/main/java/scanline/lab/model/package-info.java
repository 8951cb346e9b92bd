/** Models, one file each. */
@NullMarked
package scanline.lab.model;

import org.jspecify.annotations.NullMarked;
