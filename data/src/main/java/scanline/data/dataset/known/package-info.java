/**
 * The data sets whose content is known. Each is a constant of a public class in this package; no list names it again.
 */
@NullMarked
package scanline.data.dataset.known;

import org.jspecify.annotations.NullMarked;
