/** The terminal: standard output, the status line, progress and messages. */
@NullMarked
package scanline.lab.cli.terminal;

import org.jspecify.annotations.NullMarked;
