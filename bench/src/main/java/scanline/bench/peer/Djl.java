package scanline.bench.peer;

import java.nio.file.Path;
import java.util.List;

import scanline.bench.peer.Case.Work;

/** DJL's side of a comparison: a program on the class path that {@code ./build} makes in bench/djl when it is asked for. */
final class Djl {
    private static final Path FOLDER = Path.of(System.getProperty("scanline.home", ""), "bench", "djl", "target");

    private Djl() {}

    /** Whether it can be measured at a case: training a recurrent network. */
    static boolean knows(Case what) {
        return what.work() == Work.TRAIN && what.network().kind() == PeerNetwork.Kind.RECURRENT;
    }

    /** Starts it. */
    static Side side(PeerFolder folder, int threads) {
        return new Side("DJL", List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                FOLDER.resolve("quick", "app") + "/*", "--enable-native-access=ALL-UNNAMED",
                // What its jars hold is unpacked beside them; it looks for nothing on the network.
                "-Dai.djl.offline=true", "-DDJL_CACHE_DIR=" + FOLDER.resolve("cache"),
                "-Dai.djl.pytorch.num_threads=" + threads, "scanline.bench.djl.DjlSide", folder.path().toString()));
    }
}
