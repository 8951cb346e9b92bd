/** The models that a recipe can name, one file each. */
@NullMarked
package scanline.lab.model;

import org.jspecify.annotations.NullMarked;
