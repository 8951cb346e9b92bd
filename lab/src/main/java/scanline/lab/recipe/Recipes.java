package scanline.lab.recipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import scanline.engine.io.TextFile;
import scanline.lab.base.ModuleContent;
import scanline.lab.base.Nearest;
import scanline.lab.recipe.Keys.Value;

/** The recipes that come with Scanline, and reading any other. */
public final class Recipes {
    static final String COMMAND_LINE = "the command line";
    private static final String FOLDER = "scanline/lab/recipes/";
    private static final String ENDING = ".yaml";
    private static final Pattern ENDING_OF_A_FILE = Pattern.compile("\\.ya?ml$");
    private static final int LONGEST = 1 << 15;

    private Recipes() {}

    /** The names of the recipes that come with Scanline, sorted. */
    public static List<String> names() {
        return ModuleContent.files(FOLDER, ENDING).stream()
                .map(file -> file.substring(FOLDER.length(), file.length() - ENDING.length())).toList();
    }

    /** Whether {@link #find} takes a word for a recipe, there or not: a folder of runs has a path, and no ending. */
    public static boolean isCalled(String word) {
        return word.endsWith(ENDING) || names().contains(word) || Path.of(word).getNameCount() == 1;
    }

    /**
     * A recipe by its name, or from a file.
     *
     * @param nameOrFile a name, or the path of a file that ends in .yaml or .yml
     * @param overrides {@code key=value}, each changing one key
     * @throws RecipeException if there is none, or it is wrong
     */
    public static Recipe find(String nameOrFile, List<String> overrides) {
        if (ENDING_OF_A_FILE.matcher(nameOrFile).find()) {
            return read(Path.of(nameOrFile), overrides);
        }
        if (!names().contains(nameOrFile)) {
            throw new RecipeException("no recipe is called " + nameOrFile + Nearest.hint(nameOrFile, names())
                    + " (`scanline recipes` lists them; a recipe of your own is a file that ends in .yaml or .yml)");
        }
        return parse("recipes/" + nameOrFile + ENDING, ModuleContent.text(FOLDER + nameOrFile + ENDING), overrides);
    }

    /** What a recipe is called by the last part of its path, or by its name: that without its ending. */
    public static String withoutEnding(String nameOrFile) {
        return ENDING_OF_A_FILE.matcher(nameOrFile).replaceFirst("");
    }

    /**
     * Refuses what no recipe that comes with Scanline is called.
     *
     * @throws RecipeException if none is
     */
    public static void requireName(String name) {
        if (!names().contains(name)) {
            throw new RecipeException("no recipe that comes with Scanline is called " + name
                    + Nearest.hint(name, names()));
        }
    }

    /** A recipe from a file. */
    public static Recipe read(Path file, List<String> overrides) {
        return parse(file.toString(), text(file), overrides);
    }

    /** The keys of a recipe's file with their values as they stand, those of other versions too. */
    public static Map<String, String> keys(Path file) {
        Map<String, String> keys = new LinkedHashMap<>();
        Yaml.read(file.toString(), text(file)).forEach((key, value) -> keys.put(key, value.text()));
        return keys;
    }

    /**
     * The text of a run's recipe without the folders of its data, which are those of one machine. A file of pixel numbers keeps its
     * name.
     */
    public static String withoutFolders(String text) {
        Map<String, Value> keys = Yaml.read("recipe", text);
        return text.lines().map(line -> {
            String key = line.replaceFirst(":.*", "");
            Value place = Recipe.PLACES.contains(key) ? keys.get(key) : null;
            return place == null
                    ? line
                    : key + ": " + Yaml.scalar(key.equals("data.dir")
                            ? ""
                            : place.text().substring(place.text().lastIndexOf('/') + 1));
        }).collect(Collectors.joining("\n", "", "\n"));
    }

    private static String text(Path file) {
        try {
            return TextFile.read(file, LONGEST);
        } catch (IOException e) {
            throw new RecipeException(String.valueOf(e.getMessage()));
        }
    }

    static Recipe parse(String name, String text, List<String> overrides) {
        Keys keys = new Keys(Yaml.read(name, text));
        for (String override : overrides) {
            int equals = override.indexOf('=');
            if (equals < 1) {
                throw new RecipeException("\"" + override + "\" is not of the form key=value");
            }
            String key = override.substring(0, equals);
            if (Binding.isChoice(Recipe.class, "", key)) {
                keys.forgetBelow(key);
            }
            keys.put(key, new Value(override.substring(equals + 1), COMMAND_LINE));
        }
        Recipe recipe = Binding.bind(Recipe.class, "", keys, null);
        keys.requireAllKnown(key -> Binding.owners(Recipe.class, "", key));
        return recipe;
    }
}
