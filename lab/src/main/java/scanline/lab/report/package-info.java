/** What finished runs came to, as a page to read and to cite. */
@NullMarked
package scanline.lab.report;

import org.jspecify.annotations.NullMarked;
