/** Figures of reports, as HTML and SVG. */
@NullMarked
package scanline.lab.report.figure;

import org.jspecify.annotations.NullMarked;
