/** What other programs read: formats that are not Scanline's own, written by hand. */
@NullMarked
package scanline.lab.export;

import org.jspecify.annotations.NullMarked;
