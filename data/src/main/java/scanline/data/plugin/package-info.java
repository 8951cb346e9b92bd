/** Plugins: jars that add models, data sets and other choices to recipes. */
@NullMarked
package scanline.data.plugin;

import org.jspecify.annotations.NullMarked;
