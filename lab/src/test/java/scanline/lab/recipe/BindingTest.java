package scanline.lab.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scanline.lab.recipe.Keys.Value;

class BindingTest {
    /** A choice. */
    public sealed interface Tree {
        /** One whose own component is a choice. */
        record Fruit(Taste taste, int height) implements Tree {
            public static final Fruit DEFAULT = new Fruit(new Taste.Sweet(3), 4);
        }

        /** One without. */
        record Forest(int height) implements Tree {
            public static final Forest DEFAULT = new Forest(20);
        }
    }

    /** A choice within a choice. */
    public sealed interface Taste {
        /** One with a component. */
        record Sweet(int sugar) implements Taste {
            public static final Sweet DEFAULT = new Sweet(1);
        }

        /** One without. */
        record Sour() implements Taste {
            public static final Sour DEFAULT = new Sour();
        }
    }

    /** A record within a record. */
    public record Place(int area, Tree tree) {}

    /** The outermost record. */
    public record Garden(Place place) {}

    private static final Garden DEFAULT = new Garden(new Place(7, Tree.Forest.DEFAULT));

    @ParameterizedTest
    @CsvSource({"place, false", "place.area, false", "place.tree, true", "place.tree.height, false",
            "place.tree.taste, true", "place.tree.taste.sugar, false", "place.house, false", "tree, false"})
    void aKeyIsAChoiceAtAnyDepth(String key, boolean choice) {
        assertThat(Binding.isChoice(Garden.class, "", key)).isEqualTo(choice);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"place.tree.height | place.tree=forest,place.tree=fruit",
            "place.tree.taste | place.tree=fruit", "place.tree.taste.sugar | place.tree.taste=sweet",
            "place.area | ''", "place.tree.leaves | ''", "place.house | ''"})
    void aKeyBelongsToTheChoicesThatHaveIt(String key, String owners) {
        assertThat(String.join(",", Binding.owners(Garden.class, "", key))).isEqualTo(owners);
    }

    @Test
    void aKeyBelowADefaultChoiceIsApplied() {
        assertThat(garden("place.area", "9", "place.tree", "fruit", "place.tree.taste.sugar", "5"))
                .isEqualTo(new Garden(new Place(9, new Tree.Fruit(new Taste.Sweet(5), 4))));
        assertThat(garden("place.area", "9", "place.tree", "fruit", "place.tree.taste", "sour"))
                .isEqualTo(new Garden(new Place(9, new Tree.Fruit(new Taste.Sour(), 4))));
    }

    @Test
    void aKeyThatIsNotGivenHasTheDefaultOfTheSelectedRecord() {
        assertThat(garden()).isEqualTo(DEFAULT);
        assertThat(garden("place.tree", "fruit")).isEqualTo(new Garden(new Place(7, Tree.Fruit.DEFAULT)));
        assertThat(garden("place.tree.height", "3")).isEqualTo(new Garden(new Place(7, new Tree.Forest(3))));
    }

    private static Garden garden(String... keysAndValues) {
        Map<String, Value> values = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], new Value(keysAndValues[i + 1], Recipes.COMMAND_LINE));
        }
        Keys keys = new Keys(values);
        Garden garden = Binding.bind(Garden.class, "", keys, DEFAULT);
        keys.requireAllKnown(key -> Binding.owners(Garden.class, "", key));
        return garden;
    }
}
