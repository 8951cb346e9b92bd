package scanline.lab.recipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import scanline.data.base.ModuleContent;
import scanline.data.base.Nearest;
import scanline.data.base.TextFile;
import scanline.lab.model.Model;
import scanline.lab.recipe.Keys.Value;

/** Lists the built-in recipes, and reads recipes from files. */
public final class Recipes {
    static final String COMMAND_LINE = "the command line";
    private static final String FOLDER = "scanline/lab/recipes/";
    private static final String ENDING = ".yaml";
    private static final Pattern ENDING_OF_A_FILE = Pattern.compile("\\.ya?ml$");
    private static final int LONGEST = 1 << 15;

    private Recipes() {}

    /** Returns the names of the built-in recipes, sorted. */
    public static List<String> names() {
        return BuiltIn.NAMES;
    }

    /** Lists the files of the module once: a command asks for the names many times. */
    private static final class BuiltIn {
        static final List<String> NAMES = ModuleContent.files(Recipes.class, FOLDER, ENDING).stream()
                .map(file -> file.substring(FOLDER.length(), file.length() - ENDING.length())).toList();
    }

    /** Returns whether a word names a recipe, existing or not, rather than a run folder, which has a path and no extension. */
    public static boolean isCalled(String word) {
        return word.endsWith(ENDING) || names().contains(word) || Path.of(word).getNameCount() == 1;
    }

    /**
     * Returns a built-in recipe, or reads one from a file.
     *
     * @param nameOrFile name of a built-in recipe, or path to a .yaml or .yml file
     * @param overrides {@code key=value}, each changing one key
     * @throws RecipeException if there is no such recipe, or it is invalid
     */
    public static Recipe find(String nameOrFile, List<String> overrides) {
        if (isFile(nameOrFile)) {
            return read(Path.of(nameOrFile), overrides);
        }
        if (!names().contains(nameOrFile)) {
            throw new RecipeException("no such recipe: " + nameOrFile + Nearest.hint(nameOrFile, names())
                    + " (`scanline recipes` lists them; your own recipe is a .yaml or .yml file)");
        }
        return parse("recipes/" + nameOrFile + ENDING, ModuleContent.text(Recipes.class, FOLDER + nameOrFile + ENDING),
                overrides);
    }

    /** Returns whether a word is the path of a recipe file: it ends in .yaml or .yml. */
    public static boolean isFile(String word) {
        return ENDING_OF_A_FILE.matcher(word).find();
    }

    /** Returns a recipe's name or file name without its extension. */
    public static String withoutEnding(String nameOrFile) {
        return ENDING_OF_A_FILE.matcher(nameOrFile).replaceFirst("");
    }

    /**
     * Rejects a word that is not the name of a built-in recipe.
     *
     * @throws RecipeException if there is no built-in recipe of that name
     */
    public static void requireName(String name) {
        if (!names().contains(name)) {
            throw new RecipeException("no such built-in recipe: " + name
                    + Nearest.hint(name, names()));
        }
    }

    /** Reads a recipe from a file. */
    public static Recipe read(Path file, List<String> overrides) {
        return parse(file.toString(), text(file), overrides);
    }

    /** Reads the keys of a recipe's file with their values as text, without checking that this version knows them. */
    public static Map<String, String> keys(Path file) {
        return keys(file.toString(), text(file));
    }

    /**
     * Reads the keys in the text of a recipe.
     *
     * @param name the name of the text in errors
     */
    public static Map<String, String> keys(String name, String text) {
        Map<String, String> keys = new LinkedHashMap<>();
        Yaml.read(name, text).forEach((key, value) -> keys.put(key, value.text()));
        return keys;
    }

    /**
     * Returns the text of a run's recipe without the folders of its data, which depend on the machine. A file with a pixel
     * order keeps its name.
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
                keys.removeBelow(key);
            }
            keys.put(key, new Value(override.substring(equals + 1), COMMAND_LINE));
        }
        if (keys.find("model") == null) {
            throw new RecipeException(name + ": the recipe lacks the key model, which is one of "
                    + String.join(", ", Binding.choices(Model.class).keySet()));
        }
        Recipe recipe = Binding.bind(Recipe.class, "", keys, Recipe.DEFAULT);
        keys.requireAllKnown(key -> Binding.owners(Recipe.class, "", key));
        return recipe;
    }
}
