package scanline.lab.train;

/** Keeps the package from being empty until its first class is here. */
final class Placeholder {
    private Placeholder() {}
}
