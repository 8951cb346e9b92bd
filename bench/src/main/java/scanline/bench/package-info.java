/** What {@code ./build bench} runs. */
@NullMarked
package scanline.bench;

import org.jspecify.annotations.NullMarked;
