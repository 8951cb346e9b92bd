/** A web server: requests, answers, limits and access control. */
@NullMarked
package scanline.lab.http;

import org.jspecify.annotations.NullMarked;
