/** Options that several commands share. */
@NullMarked
package scanline.lab.cli.option;

import org.jspecify.annotations.NullMarked;
