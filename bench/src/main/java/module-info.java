/** JMH benchmarks and the peers. */
@SuppressWarnings("requires-automatic") module scanline.bench {
    requires scanline.lab;
    requires jmh.core;
    requires static org.jspecify;
}
