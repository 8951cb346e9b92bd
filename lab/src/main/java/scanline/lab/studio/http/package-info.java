/** The studio's web server: what comes in and what goes out, whoever asks. */
@NullMarked
package scanline.lab.studio.http;

import org.jspecify.annotations.NullMarked;
