package scanline.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {
    @ParameterizedTest
    @CsvSource({"fc.bias, fc.bias, head.bias, head.bias", "fc.*, fc.bias, head.*, head.bias",
            "*.gamma, bn.1.gamma, *.weight, bn.1.weight", "a.*.b.*, a.1.b.x.b.y, *-*, 1-x.b.y",
            "*, anything, model.*, model.anything", "a*, a, b*, b"})
    void eachStarIsTheSameTextInTheNewName(String from, String name, String to, String renamed) {
        assertThat(new NamePattern(from).rename(name, new NamePattern(to))).isEqualTo(renamed);
    }

    @Test
    void aNameThatDoesNotMatchCannotBeRenamed() {
        assertThatThrownBy(() -> new NamePattern("a.*").rename("b.c", new NamePattern("x.*")))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("\"a.*\" cannot rename b.c to \"x.*\"");
        assertThatThrownBy(() -> new NamePattern("a.*").rename("a.c", new NamePattern("x")))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("\"a.*\" cannot rename a.c to \"x\"");
    }

    @Test
    void theNearestNameSharesTheMostLettersAtBothEnds() {
        assertThat(new NamePattern("*.wheight").nearest(List.of("fc.bias", "fc.weight"))).isEqualTo("fc.weight");
        assertThat(new NamePattern("fc.*").nearest(List.of())).isEmpty();
    }
}
