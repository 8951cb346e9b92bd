/**
 * Canvases: ways to compose and label pictures, from a single image to several in a grid or at random positions.
 * {@link scanline.data.canvas.Canvas} is the interface, and its records are the ways.
 */
@NullMarked
package scanline.data.canvas;

import org.jspecify.annotations.NullMarked;
