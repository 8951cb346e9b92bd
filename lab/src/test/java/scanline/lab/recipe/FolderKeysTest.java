package scanline.lab.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The keys that only a folder of images has. */
class FolderKeysTest {
    private static Recipe recipe(String... overrides) {
        return Recipes.find("lstm-rows", List.of(overrides));
    }

    @Test
    void theyAreWrittenOnlyForAFolderAndReadBack() {
        assertThat(recipe().text()).doesNotContain("data.folder");
        Recipe usual = recipe("data=folder");
        assertThat(usual.text()).contains("data.folder.size: 28\n", "data.folder.test: 0.2\n", "data.folder.seed: 1\n");
        assertThat(Recipes.parse("text", usual.text(), List.of())).isEqualTo(usual);
        Recipe other = recipe("data=folder", "data.folder.size=32", "data.folder.seed=7");
        assertThat(other.text()).contains("data.folder.size: 32\n", "data.folder.test: 0.2\n", "data.folder.seed: 7\n");
        assertThat(Recipes.parse("text", other.text(), List.of())).isEqualTo(other);
    }

    @Test
    void selectingAnotherDataSetDropsThem() {
        String text = recipe("data=folder", "data.dir=photos").text();
        assertThat(Recipes.parse("text", text, List.of("data=mnist", "data.dir="))).isEqualTo(recipe());
        assertThat(Recipes.parse("text", text, List.of("data=folder")).text()).isEqualTo(text);
    }

    @Test
    void anotherDataSetHasNone() {
        refused("data.folder.* are keys of data=folder, but data is mnist", "data.folder.size=32");
        refused("the command line: unknown key data.folder.siz; did you mean data.folder.size?", "data=folder",
                "data.folder.siz=32");
        refused("data.folder.test must be a fraction between 0 and 1, not 2.0", "data=folder", "data.folder.test=2");
    }

    private static void refused(String message, String... overrides) {
        assertThatExceptionOfType(RecipeException.class).isThrownBy(() -> recipe(overrides)).withMessage(message);
    }
}
