/** JMH benchmarks, the side by side comparison with PyTorch, and the reproducibility matrix. */
@SuppressWarnings("requires-automatic") module scanline.bench {
    requires scanline.lab;
    requires info.picocli;
    requires jmh.core;
    requires static org.jspecify;

    opens scanline.bench to info.picocli;
}
