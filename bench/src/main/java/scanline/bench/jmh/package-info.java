/** JMH benchmarks: kernels beside their plain twins. */
@NullMarked
package scanline.bench.jmh;

import org.jspecify.annotations.NullMarked;
