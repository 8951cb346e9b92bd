/**
 * The models that a recipe can name, one file each. A {@link scanline.lab.model.Model} is a record of hyperparameters
 * that builds a {@link scanline.lab.model.Network}. A model of your own, outside of recipes, needs nothing of this
 * package.
 */
@NullMarked
package scanline.lab.model;

import org.jspecify.annotations.NullMarked;
