package scanline.bench;

import java.util.Arrays;
import java.util.List;

import scanline.engine.kernel.Lanes;
import scanline.lab.recipe.Recipes;

/** Trains for some steps and prints the width of the vectors in bits and the SHA-256 of the weights. */
final class WeightsHash {
    private WeightsHash() {}

    /** The command for a JVM with further flags; {@code overrides} are {@code key=value} of the recipe. */
    static List<String> command(List<String> options, String recipe, int steps, int threads, List<String> overrides) {
        List<String> command = ChildJvm.command(options, WeightsHash.class, recipe, steps, threads);
        command.addAll(overrides);
        return command;
    }

    /** {@code WeightsHash RECIPE STEPS THREADS KEY=VALUE ...}. */
    public static void main(String[] arguments) {
        List<String> overrides = Arrays.asList(arguments).subList(3, arguments.length);
        int count = Integer.parseInt(arguments[1]);
        try (Steps steps = new Steps(Recipes.find(arguments[0], overrides), Integer.parseInt(arguments[2]))) {
            for (int i = 0; i < count; i++) {
                steps.next();
            }
            System.out.println(Lanes.bits() + " " + steps.experiment().weightsHash());
        }
    }
}
