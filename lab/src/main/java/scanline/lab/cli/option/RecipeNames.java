package scanline.lab.cli.option;

import java.util.Iterator;
import scanline.lab.recipe.Recipes;

/** The names of the built-in recipes, which a shell completes. */
public final class RecipeNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Recipes.names().iterator();
    }
}
