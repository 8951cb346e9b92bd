/** The data sets whose content is known: each is a constant of a public class, and no list names it again. */
@NullMarked
package scanline.lab.data.known;

import org.jspecify.annotations.NullMarked;
