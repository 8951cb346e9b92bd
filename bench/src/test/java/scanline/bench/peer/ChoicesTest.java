package scanline.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChoicesTest {
    private static Choices choices() {
        Map<String, List<String>> values = new LinkedHashMap<>();
        values.put("threads", Choices.threads(2, true));
        values.put("layout", List.of("batch", "time", "flat"));
        return new Choices(values);
    }

    private static Timings timings(int iterations, double milliseconds) {
        double[] each = new double[iterations];
        Arrays.fill(each, milliseconds);
        return new Timings(0, each);
    }

    @Test
    void theFastestSettingsAreFoundOneByOne() {
        Map<String, Double> milliseconds = Map.of("threads=2 layout=batch", 5.0, "threads=1 layout=batch", 4.0,
                "threads=1 layout=time", 4.5, "threads=1 layout=flat", 3.0);
        Map<String, String> fastest = choices().fastest(0.1, (iterations, settings) -> timings(iterations,
                milliseconds.getOrDefault(Choices.words(settings), 100.0)));
        assertThat(fastest).isEqualTo(Map.of("threads", "1", "layout", "flat"));
        assertThat(choices().changed(fastest)).isEqualTo("threads=1 layout=flat");
        assertThat(Choices.settings(List.of(Choices.words(fastest).split(" ")))).isEqualTo(fastest);
    }

    @Test
    void aSmallGainIsNoise() {
        Map<String, String> fastest = choices().fastest(0.1, (iterations, settings) -> timings(iterations,
                settings.equals(choices().defaults()) ? 5 : 4.9));
        assertThat(choices().changed(fastest)).isEmpty();
    }

    @Test
    void oneThreadIsTriedWhereThereAreMore() {
        assertThat(Choices.threads(4, true)).containsExactly("4", "1");
        assertThat(Choices.threads(4, false)).containsExactly("4");
        assertThat(Choices.threads(1, true)).containsExactly("1");
    }
}
