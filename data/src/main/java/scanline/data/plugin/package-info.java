/**
 * Plugins: jars that add models, data sets and other choices to recipes. A jar implements {@link
 * scanline.data.plugin.Plugin}; {@link scanline.data.plugin.Plugins} finds it.
 */
@NullMarked
package scanline.data.plugin;

import org.jspecify.annotations.NullMarked;
