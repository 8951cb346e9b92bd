/**
 * The data sets: labeled gray images, read from IDX files in the jar or in a folder, fetched on request and checked
 * by the SHA-256 of their content. Pixels stay unsigned bytes here; a batch turns them into numbers later.
 */
@NullMarked
package scanline.lab.data;

import org.jspecify.annotations.NullMarked;
