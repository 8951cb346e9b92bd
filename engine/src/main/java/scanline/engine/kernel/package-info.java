/**
 * The arithmetic kernels: static methods over {@code float[]}, and the only package that imports the Vector API. Each
 * method has one hot loop; its parameters are outputs first, then inputs, then sizes. Every result is bit-identical for
 * any number of threads and any vector width.
 */
@NullMarked
package scanline.engine.kernel;

import org.jspecify.annotations.NullMarked;
