package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import scanline.lab.docs.Repository;

/**
 * The page docs/commands.md has, between two comments, what {@code --help} prints for every command. With the system property
 * {@code scanline.approve} that part of the page is written anew instead, to be looked at before it is committed.
 */
class CommandsPageTest {
    private static final Path PAGE = Repository.folder().resolve("docs/commands.md");
    private static final String OPENING = "<!-- commands -->\n";
    private static final String CLOSING = "<!-- end -->\n";

    @Test
    void thePageMatchesTheHelp() throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf(OPENING) + OPENING.length();
        int to = page.indexOf(CLOSING, from);
        assertThat(to).as("%s lacks %s or %s", PAGE, OPENING, CLOSING).isGreaterThanOrEqualTo(OPENING.length());
        StringBuilder help = new StringBuilder();
        append(help, "scanline", Main.commandLine(), List.of());
        String actual = page.substring(0, from) + help + page.substring(to);
        if (Boolean.getBoolean("scanline.approve")) {
            Files.writeString(PAGE, actual);
        } else {
            assertThat(page).as("%s is out of date", PAGE).isEqualTo(actual);
        }
    }

    /** A section for a command, and one for each of its commands. */
    private static void append(StringBuilder page, String name, CommandLine command, List<String> words) {
        Answer answer = Answer.answer(with(words, "--help"));
        assertThat(answer.status()).as(name).isZero();
        page.append("\n## ").append(name).append("\n```\n")
                .append(answer.out().replace(System.lineSeparator(), "\n").strip()).append("\n```\n");
        command.getSubcommands()
                .forEach((below, line) -> append(page, words.isEmpty() ? below : name + " " + below, line,
                        with(words, below)));
    }

    private static List<String> with(List<String> words, String word) {
        List<String> all = new ArrayList<>(words);
        all.add(word);
        return all;
    }
}
