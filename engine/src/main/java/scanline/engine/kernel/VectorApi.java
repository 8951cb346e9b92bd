package scanline.engine.kernel;

/** Says that the Vector API is missing, before a class is loaded that cannot do without it. */
public final class VectorApi {
    private static final String MODULE = "jdk.incubator.vector";

    private VectorApi() {}

    /**
     * Checks that Java was started with the Vector API. It always is if {@code scanline.engine} is on the module path.
     *
     * @throws IllegalStateException
     *             if it was not; the message is one line that names the option
     */
    public static void require() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            throw new IllegalStateException(
                    "Java was started without the Vector API: add the option --add-modules " + MODULE);
        }
    }
}
