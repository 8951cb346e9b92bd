/**
 * Checks that take too long for the tests. Each one ends with exit status 1 if results differ that must agree.
 */
@NullMarked
package scanline.bench.check;

import org.jspecify.annotations.NullMarked;
