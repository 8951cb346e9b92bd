/** Experiments: a recipe with its data opened and its model built, the steps that train it, and its evaluation. */
@NullMarked
package scanline.lab.experiment;

import org.jspecify.annotations.NullMarked;
