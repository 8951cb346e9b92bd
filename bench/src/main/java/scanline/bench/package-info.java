/** JMH benchmarks and the side by side comparison with PyTorch. */
@NullMarked
package scanline.bench;

import org.jspecify.annotations.NullMarked;
