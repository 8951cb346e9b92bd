/** Checks that take too long for the tests: each has an exit status, which is 1 where something differs that must agree. */
@NullMarked
package scanline.bench.check;

import org.jspecify.annotations.NullMarked;
