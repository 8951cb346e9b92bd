/** Formats of others, written by hand: Protocol Buffers, TensorBoard's event files, PNG. */
@NullMarked
package scanline.lab.format;

import org.jspecify.annotations.NullMarked;
