/** Recipes: text files with the hyperparameters of a training run, and the records that they are parsed into. */
@NullMarked
package scanline.lab.recipe;

import org.jspecify.annotations.NullMarked;
