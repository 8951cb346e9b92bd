/** Short programs that use Scanline as a library. */
@NullMarked
package scanline.examples;

import org.jspecify.annotations.NullMarked;
