/** Models that answer many requests at the same time, and a server for them. */
@NullMarked
package scanline.lab.serve;

import org.jspecify.annotations.NullMarked;
