/** The command line. */
@NullMarked
package scanline.lab.cli;

import org.jspecify.annotations.NullMarked;
