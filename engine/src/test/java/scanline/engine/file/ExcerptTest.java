package scanline.engine.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExcerptTest {
    @Test
    void shortPlainTextIsShownUnchanged() {
        assertThat(Excerpt.quoted("lstm.weight é ☃ 𝄞")).isEqualTo("\"lstm.weight é ☃ 𝄞\"");
        assertThat(Excerpt.line("a \"b\" \\", 9)).isEqualTo("a \"b\" \\");
    }

    @Test
    void quotesWithinQuotesAreEscaped() {
        assertThat(Excerpt.quoted("a\"b\\")).isEqualTo("\"a\\\"b\\\\\"");
    }

    @Test
    void lineBreaksAndDirectionMarksAreEscaped() {
        assertThat(Excerpt.quoted("a\nb\tc\r\0\u001b\u0085\u2028\u2029\u202e\ufeff\ud800"))
                .isEqualTo("\"a\\nb\\tc\\u000d\\u0000\\u001b\\u0085\\u2028\\u2029\\u202e\\ufeff\\ud800\"");
    }

    @Test
    void longTextIsCutButSurrogatePairsAreNot() {
        assertThat(Excerpt.quoted("x".repeat(60))).isEqualTo("\"" + "x".repeat(60) + "\"");
        assertThat(Excerpt.quoted("x".repeat(61))).isEqualTo("\"" + "x".repeat(60) + "...\"");
        assertThat(Excerpt.line("xx𝄞𝄞", 3)).isEqualTo("xx𝄞...");
        assertThat(Excerpt.line("x".repeat(1000) + "\u001b")).isEqualTo("x".repeat(1000) + "\\u001b");
    }
}
