/**
 * A run's folder. {@link scanline.lab.run.Trained} opens the trained model in it, and {@link scanline.lab.run.Run} has
 * its files: recipe, provenance, checkpoint, metrics, live state and result.
 */
@NullMarked
package scanline.lab.run;

import org.jspecify.annotations.NullMarked;
