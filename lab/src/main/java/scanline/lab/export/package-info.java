/** Trained models in the formats of others. */
@NullMarked
package scanline.lab.export;

import org.jspecify.annotations.NullMarked;
