package scanline.bench.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** DJL's side of a comparison. Side.java describes its protocol, PeerFolder.java the files that it reads. */
final class DjlSide {
    /** Work that is measured. */
    interface Measured {
        /**
         * Runs an uncounted iteration and {@code iterations} more.
         *
         * @param setting a setting as KEY=VALUE; empty if there is none
         * @return the first loss or logit, and the milliseconds of each iteration
         */
        String measure(int iterations, String setting);
    }

    private DjlSide() {}

    /** {@code DjlSide FOLDER}; the number of threads is set by DJL's own property. */
    public static void main(String[] arguments) throws IOException {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Engine engine = Engine.getEngine("PyTorch");
        try (NDManager manager = engine.newBaseManager()) {
            Path folder = Path.of(arguments[0]);
            Measured what = DjlPrediction.isIn(folder)
                    ? DjlPrediction.read(folder, manager)
                    : new DjlTraining(DjlCase.read(folder, manager));
            answers.println("ready " + Engine.getDjlVersion() + " on libtorch " + engine.getVersion());
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                String[] words = line.split(" ");
                answers.println(
                        "measure " + what.measure(Integer.parseInt(words[1]), words.length > 2 ? words[2] : ""));
            }
        } catch (UnsupportedOperationException e) {
            answers.println("error " + e.getMessage());
        }
    }
}
