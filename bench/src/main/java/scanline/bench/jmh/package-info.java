/** JMH benchmarks that compare kernels with their reference implementations. */
@NullMarked
package scanline.bench.jmh;

import org.jspecify.annotations.NullMarked;
