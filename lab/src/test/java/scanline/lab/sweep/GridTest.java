package scanline.lab.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.lab.recipe.RecipeException;

class GridTest {
    @Test
    void everyCombinationHasARunForEachSeed() {
        Grid grid = Grid.of("lstm-rows", List.of("optimizer.rate=0.1,0.2", "epochs=3", "clip=none,norm"), "2..3");
        assertThat(grid.settings()).extracting(Grid.Setting::toString).containsExactly(
                "optimizer.rate=0.1 clip=none", "optimizer.rate=0.1 clip=norm", "optimizer.rate=0.2 clip=none",
                "optimizer.rate=0.2 clip=norm");
        assertThat(grid.points()).hasSize(8).extracting(Grid.Point::name).doesNotHaveDuplicates()
                .startsWith("0001-optimizer.rate=0.1-clip=none-seed=2");
        assertThat(grid.points().getLast().overrides()).containsExactly("optimizer.rate=0.2", "epochs=3", "clip=norm",
                "seed=3");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-",
            value = {"\"a,b\",c | a,b | c", "a,\"b,c\" | a | b,c", "\"a \"\"b\"\", c\",d | a \"b\", c | d",
                    "a b,c\"d | a b | c\"d",
                    "a, | a | ``"})
    void aValueWithACommaIsInQuotes(String list, String first, String second) {
        Grid grid = Grid.of("lstm-rows", List.of("about=" + list), "1");
        assertThat(grid.axes().get("about")).containsExactly(first, second);
        assertThat(grid.points()).extracting(point -> point.overrides().getFirst()).containsExactly("about=" + first,
                "about=" + second);
        assertThat(grid).hasToString("lstm-rows about=" + list + " --seeds 1");
    }

    @Test
    void aGridWithoutSeedsUsesTheSeedOfTheRecipe() {
        Grid grid = Grid.of("lstm-rows", List.of(), "");
        assertThat(grid.points()).extracting(Grid.Point::name).containsExactly("0001-as-it-is-seed=1");
        assertThat(grid.settings().getFirst()).hasToString("as it is");
        assertThat(grid).hasToString("lstm-rows --seeds 1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "rate               | 1    | \"rate\" is not of the form key=value,value,...",
            "optimizer.rat=1,2  | 1    | *did you mean optimizer.rate?",
            "epochs=1,x         | 1    | *epochs*",
            "epochs=1,1         | 1    | epochs has a value twice: epochs=1,1",
            "about=\"a,b     | 1    | about: a quoted value must end with a quote before the next comma, as in about=\"this, that\",other; double a quote inside the value",
            "about=\"a\"b,c  | 1    | about: a quoted value must end with *",
            "seed=1,2           | 1    | set the seeds of a sweep with --seeds, such as --seeds 1..5",
            "epochs=1           | 5..1 | --seeds must be a range such as 1..5 or a list of different seeds such as 1,4,7, not 5..1",
            "epochs=1           | 1,1  | --seeds must be a range such as 1..5 or a list of different seeds such as 1,4,7, not 1,1",
            "epochs=1           | a    | --seeds must be a range such as 1..5 or a list of different seeds such as 1,4,7, not a",
            "epochs=1           | -5000000000000000000..5000000000000000000 | --seeds must be a range such as 1..5 or a list of different seeds such as 1,4,7, not -5000000000000000000..5000000000000000000",
            "epochs=1,2         | 1..9000 | this grid has 18000 runs, but may have at most 10000"})
    void invalidGridsAreReportedInOneLine(String word, String seeds, String message) {
        assertThatThrownBy(() -> Grid.of("lstm-rows", List.of(word), seeds)).isInstanceOf(RecipeException.class)
                .hasMessageMatching("\\Q" + message.replace("*", "\\E.*\\Q") + "\\E");
    }
}
