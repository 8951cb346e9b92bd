/** A run's folder: recipe, provenance, checkpoint, metrics, live state, result, and the trained model in it. */
@NullMarked
package scanline.lab.run;

import org.jspecify.annotations.NullMarked;
