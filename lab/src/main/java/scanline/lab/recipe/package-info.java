/**
 * Recipes: text files with the hyperparameters of a training run. {@link scanline.lab.recipe.Recipes} finds and reads
 * them, and {@link scanline.lab.recipe.Recipe} is the record that they are parsed into.
 */
@NullMarked
package scanline.lab.recipe;

import org.jspecify.annotations.NullMarked;
