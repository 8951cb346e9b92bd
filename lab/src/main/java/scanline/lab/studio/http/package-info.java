/** The studio's web server: requests, answers, limits and access control. */
@NullMarked
package scanline.lab.studio.http;

import org.jspecify.annotations.NullMarked;
