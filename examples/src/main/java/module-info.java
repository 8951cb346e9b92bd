/** Short programs that use Scanline as a library. */
module scanline.examples {
    requires scanline.lab;
    requires static org.jspecify;
}
