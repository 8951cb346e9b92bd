/** The web studio: runs as they train, and what their models do with a picture. */
@NullMarked
package scanline.lab.studio;

import org.jspecify.annotations.NullMarked;
