package scanline.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CaseTest {
    @Test
    void everyCaseHasARecipeAndIsFoundByItsName() {
        List<Case> all = Case.ALL;
        assertThat(all).isNotEmpty().allSatisfy(each -> {
            assertThat(Case.named(each.name())).isEqualTo(each);
            assertThat(each.title()).startsWith(each.recipe());
            assertThat(!each.trains() || each.settings().batch() == each.batch()).isTrue();
        });
        assertThat(all).extracting(Case::name).contains("lstm-rows/train-100", "digit-sequence/train-512",
                "cnn/predict-1", "cnn/predict-250");
    }
}
