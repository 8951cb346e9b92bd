package scanline.bench.peer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** DJL's side of a comparison: a program on the class path that {@code ./build} builds in bench/djl on request. */
final class Djl {
    private static final Path FOLDER = Path.of(System.getProperty("scanline.home", ""), "bench", "djl", "target");

    private Djl() {}

    /** Returns whether it can be measured at a case: prediction, or training of a recurrent network. */
    static boolean knows(Case what) {
        return !what.trains() || what.network().kind() == PeerNetwork.Kind.RECURRENT;
    }

    /** The settings that are tried in predictions. */
    static Choices choices(int threads) {
        return new Choices(Map.of("threads", Choices.threads(threads, true)));
    }

    /** Starts the process with an allocator. To predict, it needs the files of {@link PyTorch#script}. */
    static Side side(PeerFolder folder, int threads, String allocator) {
        return new Side("DJL", List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                FOLDER.resolve("quick", "app") + "/*", "--enable-native-access=ALL-UNNAMED",
                // The content of its jars is unpacked next to them; it does not access the network.
                "-Dai.djl.offline=true", "-DDJL_CACHE_DIR=" + FOLDER.resolve("cache"),
                "-Dai.djl.pytorch.num_threads=" + threads, "scanline.bench.djl.DjlSide", folder.path().toString()),
                Allocator.environment(allocator));
    }
}
