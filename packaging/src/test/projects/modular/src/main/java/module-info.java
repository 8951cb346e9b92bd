/** A program with a model of its own. */
module consumer {
    requires scanline.data;
}
