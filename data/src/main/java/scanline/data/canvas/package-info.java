/** Canvases: ways to compose and label pictures, from a single image to several in a grid or at random positions. */
@NullMarked
package scanline.data.canvas;

import org.jspecify.annotations.NullMarked;
