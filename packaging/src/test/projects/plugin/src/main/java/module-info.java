/** A plugin, which nothing but this file makes known. */
module flat {
    requires transitive scanline.data;

    exports flat;

    provides scanline.data.plugin.Plugin with flat.FlatPlugin;
}
