/** The programs behind {@code ./build bench}. */
@NullMarked
package scanline.bench;

import org.jspecify.annotations.NullMarked;
