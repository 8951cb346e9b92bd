package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import scanline.lab.docs.Markdown;
import scanline.lab.docs.Repository;

/** The commands on all pages are commands, with options that they have. (Those of docs/learn are run by {@link LearnPagesTest}.) */
class PageCommandsTest {
    private static final String SCANLINE = "./scanline ";
    private static final Pattern IN_PROSE = Pattern.compile("`(\\./scanline (?:(?!\\.\\.\\.)[^`])*)`");

    static List<Path> pages() throws IOException {
        return Markdown.pages("");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyCommandOnAPageExists(Path page) {
        assertThat(faults(Markdown.of(page))).isEmpty();
    }

    @Test
    void invalidCommandsAreFound() {
        assertThat(faults(page("```sh", "./scanline train lstm-rows --threads 2    # trains", "```"))).isEmpty();
        assertThat(faults(page("```sh", "./scanline trian lstm-rows", "```"))).hasSize(1);
        assertThat(faults(page("```sh", "./scanline train lstm-rows \\", "    --treads 2", "```"))).hasSize(1);
        assertThat(faults(page("Type `./scanline train", "--treads 2 lstm-rows`."))).hasSize(1);
    }

    private static Markdown page(String... lines) {
        return new Markdown(Repository.folder().resolve("a.md"), List.of(lines));
    }

    private static List<String> faults(Markdown page) {
        List<String> faults = new ArrayList<>();
        commands(page).forEach(command -> {
            String words = command.substring(SCANLINE.length()).replaceFirst("\\s+(#|[|>&]).*", "")
                    .replaceFirst("\\s*\\\\\\|.*", ""); // a choice, in a table
            try {
                Main.commandLine().parseArgs(words.split("\\s+"));
            } catch (CommandLine.MissingParameterException e) {
                // a sentence may name a command without all that it takes
            } catch (CommandLine.ParameterException e) {
                faults.add(command + ": " + e.getMessage());
            }
        });
        return faults;
    }

    private static Stream<String> commands(Markdown page) {
        Stream<String> blocks = page.blocks().stream().filter(block -> block.language().equals("sh"))
                .flatMap(block -> block.text().replaceAll("\\\\\n\\s*", "").lines())
                .filter(line -> line.startsWith(SCANLINE));
        Stream<String> prose = IN_PROSE.matcher(String.join("\n", page.prose())).results()
                .map(match -> match.group(1).replaceAll("\\s+", " "));
        return Stream.concat(blocks, prose);
    }
}
