/** Images, IDX files and data sets for the tests of several modules, each of which compiles this folder. */
@NullMarked
package scanline.samples;

import org.jspecify.annotations.NullMarked;
