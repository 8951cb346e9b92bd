/**
 * The arithmetic: static methods over {@code float[]}, the only place that imports the Vector API. One hot loop a method;
 * outputs first, then inputs, then sizes. Every result is the same to the bit on any number of threads and any width of
 * vectors.
 */
@NullMarked
package scanline.engine.kernel;

import org.jspecify.annotations.NullMarked;
