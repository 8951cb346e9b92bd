package scanline.engine.tensor;

/** Keeps the package from being empty until its first class is here. */
final class Placeholder {
    private Placeholder() {}
}
