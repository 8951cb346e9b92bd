/**
 * What is measured, and against what: {@link scanline.bench.peer.SideBySide} compares Scanline with PyTorch,
 * {@link scanline.bench.peer.Growth} does so while one size after another grows, {@link scanline.bench.check.HashMatrix} compares the weights that many kinds of JVM come to, and the classes named
 * {@code ...Benchmark} compare kernels with their plain twins under JMH.
 */
@NullMarked
package scanline.bench;

import org.jspecify.annotations.NullMarked;
