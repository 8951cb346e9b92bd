/** Canvases: what a picture shows and how it is answered, from one image to several on a grid or scattered. */
@NullMarked
package scanline.lab.canvas;

import org.jspecify.annotations.NullMarked;
