/** Recipes: text files that state every hyperparameter, and the records that they become. */
@NullMarked
package scanline.lab.recipe;

import org.jspecify.annotations.NullMarked;
