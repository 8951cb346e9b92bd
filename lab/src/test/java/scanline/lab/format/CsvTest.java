package scanline.lab.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTest {
    @Test
    void writtenCsvIsReadBack() {
        List<List<String>> rows = List.of(List.of("class", "a, b", "say \"a\"", "\""), List.of("", "", "", ""),
                List.of("1", "2", "☃", "4,"));
        assertThat(Csv.text(rows)).startsWith("class,\"a, b\",\"say \"\"a\"\"\",\"\"\"\"\n,,,\n");
        assertThat(Csv.rows(Csv.text(rows))).isEqualTo(rows);
    }

    @Test
    void aLineWithQuotationMarksInWrongPlacesIsOneCell() {
        assertThat(Csv.rows("1,\"2,3\n\"1\"2,3\n4\n")).containsExactly(List.of("1,\"2,3"), List.of("\"1\"2,3"),
                List.of("4"));
    }

    @Test
    void aLongCellNeedsNoDeepStack() {
        List<List<String>> rows = List.of(List.of("\"".repeat(100_000), "a".repeat(100_000)));
        assertThat(Csv.rows(Csv.text(rows))).isEqualTo(rows);
    }
}
