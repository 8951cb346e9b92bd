/**
 * The web studio, {@link scanline.lab.studio.Studio}: shows runs as they train, and what their models do with an
 * image.
 */
@NullMarked
package scanline.lab.studio;

import org.jspecify.annotations.NullMarked;
