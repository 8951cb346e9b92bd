/**
 * Readers and writers of common file formats without libraries: CSV, Protocol Buffers, TensorBoard's event files, PNG.
 */
@NullMarked
package scanline.lab.format;

import org.jspecify.annotations.NullMarked;
