/** Scanline beside PyTorch and DJL: how long each takes for the same work, each in a process of its own. */
@NullMarked
package scanline.bench.peer;

import org.jspecify.annotations.NullMarked;
