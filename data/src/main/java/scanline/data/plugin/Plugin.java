package scanline.data.plugin;

import java.util.List;

/**
 * Adds choices to recipes from outside of this module. A plugin is a jar that provides an implementation of this interface to the
 * {@link java.util.ServiceLoader}: {@code provides scanline.data.plugin.Plugin with ...} in its module-info, or a file in
 * {@code META-INF/services}. It lies on the module path or class path, or in the folder that {@code --plugins} names. Recipes name
 * a choice and never a class.
 */
public interface Plugin {
    /**
     * Returns the classes that become choices, all public, in exported packages. A record that implements {@code Model},
     * {@code Scan}, {@code Canvas}, {@code Schedule}, {@code UpdateRule} or {@code Clipping} needs a public constant
     * {@code DEFAULT}. Its name without the interface's name, in lower case, is the value of the recipe's key, and its components
     * are the keys below that, as they are for the records of this module. The public constants of a class that are a
     * {@code Dataset} or a {@code KnownSet} are data sets, which have a name of their own.
     */
    List<Class<?>> choices();
}
