/** A program that needs the engine and nothing else. */
module curve {
    requires scanline.engine;
}
