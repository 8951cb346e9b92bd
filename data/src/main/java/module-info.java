/**
 * Images, data sets, the orders in which images are read, and batches. Reading PNG and JPEG files needs the JDK's
 * module {@code java.desktop}, which is optional here. Read {@link scanline.data.dataset} first, then {@link
 * scanline.data.sequence} and {@link scanline.data.image}.
 */
// "module": javac cannot see scanline.lab and scanline.bench, which come after this module.
@SuppressWarnings("module") module scanline.data {
    requires transitive scanline.engine;
    requires static java.desktop;
    requires java.net.http;
    requires static org.jspecify;

    exports scanline.data.dataset;
    exports scanline.data.image;
    exports scanline.data.canvas;
    exports scanline.data.sequence;
    exports scanline.data.plugin;
    exports scanline.data.base;

    uses scanline.data.dataset.PackagedSet;
    uses scanline.data.plugin.Plugin;
}
