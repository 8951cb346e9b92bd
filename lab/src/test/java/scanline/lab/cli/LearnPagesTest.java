package scanline.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.lab.cli.Answer.answer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import scanline.lab.docs.Markdown;
import scanline.lab.docs.Repository;

/** docs/learn: the commands run in the order in which the pages show them. */
class LearnPagesTest {
    private static final Path ROOT = Repository.folder();
    private static final Path LEARN = ROOT.resolve("docs/learn");
    private static final String SCANLINE = "./scanline ";
    private static final Pattern IN_PROSE = Pattern.compile("`(\\./scanline [^`]*)`");
    /** What makes minutes of training into seconds. */
    private static final List<String> SMALL = List.of("epochs=1", "data.limit=200", "data.validation=100", "batch=50");

    @TempDir
    private static Path folder;

    /** The pages in the order in which the first one lists them. */
    static List<Path> pages() {
        List<Path> pages = new ArrayList<>(List.of(LEARN.resolve("README.md")));
        Markdown.of(pages.getFirst()).links().stream().filter(link -> link.matches("[a-z]+\\.md")).distinct()
                .map(LEARN::resolve).forEach(pages::add);
        return pages;
    }

    @Test
    void theFirstPageListsAllOthers() throws IOException {
        assertThat(pages()).containsExactlyInAnyOrderElementsOf(Markdown.pages("docs/learn"));
    }

    /** One test, as a page uses what those before it have trained. */
    @Test
    void everyCommandRuns() {
        int commands = 0;
        for (Path page : pages()) {
            for (Markdown.Block block : Markdown.of(page).blocks()) {
                if (block.language().equals("sh")) {
                    for (String line : block.text().lines().toList()) {
                        assertThat(line).as(page.toString()).startsWith(SCANLINE);
                        run(page, line);
                        commands++;
                    }
                }
            }
        }
        assertThat(commands).isGreaterThan(20);
    }

    /** The questions at the ends of the pages have commands in their sentences. */
    @Test
    void everyCommandInASentenceRuns() {
        int commands = 0;
        for (Path page : pages()) {
            Matcher matcher = IN_PROSE.matcher(String.join("\n", Markdown.of(page).prose()));
            while (matcher.find()) {
                String command = matcher.group(1);
                if (command.startsWith("./scanline studio")) {
                    new CommandLine(new StudioCommand()).parseArgs(words(command, 2)); // it would not end
                } else {
                    run(page, command);
                }
                commands++;
            }
        }
        assertThat(commands).isGreaterThan(3);
    }

    private static String[] words(String command, int from) {
        String[] words = command.replaceFirst(" *#.*", "").split("\\s+");
        return Arrays.copyOfRange(words, from, words.length);
    }

    private static void run(Path page, String command) {
        List<String> words = new ArrayList<>(Arrays.stream(words(command, 1))
                .map(word -> word.startsWith("runs/") ? folder + "/" + word : word)
                .map(word -> word.startsWith("docs/") ? ROOT.resolve(word).toString() : word).toList());
        if (words.getFirst().equals("train")) {
            assertThat(words).as(page + ": " + command + " says where the run is kept").contains("--run");
            words.addAll(SMALL);
        }
        Answer answer = answer(words);
        assertThat(answer.status()).as(page + ": " + command + "\n" + answer.err()).isZero();
    }
}
