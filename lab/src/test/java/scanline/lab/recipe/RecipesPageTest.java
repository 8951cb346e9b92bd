package scanline.lab.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import scanline.data.canvas.Canvas;
import scanline.data.sequence.Scan;
import scanline.engine.optim.Clipping;
import scanline.engine.optim.Schedule;
import scanline.engine.optim.UpdateRule;
import scanline.lab.docs.Repository;
import scanline.lab.experiment.Experiment;
import scanline.lab.model.LayerKind;
import scanline.lab.model.Model;

/**
 * The page docs/recipes.md: its table has every recipe, with the size of its model, and between two comments stands what keys
 * each choice has. With the system property {@code scanline.approve} the latter is written anew instead.
 */
class RecipesPageTest {
    private static final Path PAGE = Repository.folder().resolve("docs/recipes.md");
    private static final String OPENING = "<!-- keys -->\n";
    private static final String CLOSING = "<!-- end -->\n";
    private static final Pattern NAME = Pattern.compile("`([a-z0-9-]+)`");
    private static final String PERMUTED = "-permuted";

    private static final Map<String, Class<?>> CHOOSING = new LinkedHashMap<>();
    static {
        CHOOSING.put("model", Model.class);
        CHOOSING.put("model.layer", LayerKind.class);
        CHOOSING.put("optimizer", UpdateRule.class);
        CHOOSING.put("schedule", Schedule.class);
        CHOOSING.put("clip", Clipping.class);
        CHOOSING.put("data.scan", Scan.class);
        CHOOSING.put("data.canvas", Canvas.class);
    }

    @Test
    void thePageHasTheKeysOfEveryChoice() throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf(OPENING) + OPENING.length();
        int to = page.indexOf(CLOSING, from);
        assertThat(to).as("%s lacks %s or %s", PAGE, OPENING, CLOSING).isGreaterThanOrEqualTo(OPENING.length());
        String actual = page.substring(0, from) + keys() + page.substring(to);
        if (Boolean.getBoolean("scanline.approve")) {
            Files.writeString(PAGE, actual);
        } else {
            assertThat(page).as("%s is out of date", PAGE).isEqualTo(actual);
        }
    }

    private static String keys() {
        StringBuilder table = new StringBuilder("| choice | keys below it, with their defaults |\n|---|---|\n");
        CHOOSING.forEach((key, type) -> Binding.choices(type).keySet()
                .forEach(choice -> append(table, key, choice, type == LayerKind.class
                        ? List.of("model=sequence", key + "=" + choice)
                        : List.of(key + "=" + choice))));
        append(table, "data.folder", "", List.of("data=folder"));
        return table.toString();
    }

    /** A row for a choice: what the keys below it are when the command line chooses it. */
    private static void append(StringBuilder table, String key, String choice, List<String> words) {
        String below = Recipes.find("lstm-rows", words).keys().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(key + "."))
                .map(entry -> "`" + entry.getKey().substring(key.length()) + "=" + entry.getValue() + "`")
                .collect(Collectors.joining(" "));
        table.append("| `").append(choice.isEmpty() ? key : key + "=" + choice).append("` | ").append(below)
                .append(below.isEmpty() ? "|\n" : " |\n");
    }

    @Test
    void theTableHasEveryRecipeAndTheSizeOfItsModel() throws IOException {
        List<String> named = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            String[] cells = line.split("\\|");
            if (cells.length == 5 && line.startsWith("| `")) {
                List<String> names = NAME.matcher(cells[1]).results().map(match -> match.group(1)).toList();
                List<Long> sizes = names.stream().map(RecipesPageTest::parameters).sorted().toList();
                String least = String.format(Locale.ROOT, "%,d", sizes.getFirst());
                String most = String.format(Locale.ROOT, "%,d", sizes.getLast());
                assertThat(cells[3].strip()).as(cells[1]).isEqualTo(least.equals(most) ? least : least + " to " + most);
                named.addAll(names);
            }
        }
        assertThat(named).containsExactlyInAnyOrderElementsOf(
                Recipes.names().stream().filter(name -> !name.endsWith(PERMUTED)).toList());
    }

    private static long parameters(String name) {
        try (Experiment experiment = new Experiment(Recipes.find(name, List.of()), 1)) {
            return experiment.weights().count();
        }
    }
}
