/** Recipes: every hyperparameter of a run, as text and as records. */
@NullMarked
package scanline.lab.recipe;

import org.jspecify.annotations.NullMarked;
