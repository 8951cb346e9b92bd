/** Reports of runs, comparisons, and the page of results. */
@NullMarked
package scanline.lab.report;

import org.jspecify.annotations.NullMarked;
