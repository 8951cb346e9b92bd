package scanline.bench.check;

import java.util.Arrays;
import java.util.List;
import scanline.bench.peer.ChildJvm;
import scanline.bench.peer.Steps;
import scanline.engine.io.WeightsFile;
import scanline.engine.kernel.Lanes;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.Recipes;

/**
 * Trains for some steps with each number of threads, and prints the vector width in bits and the SHA-256 hashes of the
 * weights.
 */
final class WeightsHash {
    private WeightsHash() {}

    /**
     * Returns the command for a JVM with further flags; {@code overrides} are {@code key=value} pairs of the recipe.
     */
    static List<String> command(List<String> options, String recipe, int steps, List<Integer> threads,
            List<String> overrides) {
        List<String> command = ChildJvm.command(options, WeightsHash.class, recipe, steps,
                String.join(",", threads.stream().map(String::valueOf).toList()));
        command.addAll(overrides);
        return command;
    }

    /** {@code WeightsHash RECIPE STEPS THREADS,THREADS,... KEY=VALUE ...}. */
    public static void main(String[] arguments) {
        Recipe recipe = Recipes.find(arguments[0], Arrays.asList(arguments).subList(3, arguments.length));
        int count = Integer.parseInt(arguments[1]);
        StringBuilder line = new StringBuilder(Integer.toString(Lanes.bits()));
        for (String threads : arguments[2].split(",")) {
            try (Steps steps = new Steps(recipe, Integer.parseInt(threads))) {
                for (int i = 0; i < count; i++) {
                    steps.next();
                }
                line.append(' ').append(WeightsFile.hash(steps.experiment().weights()));
            }
        }
        System.out.println(line);
    }
}
