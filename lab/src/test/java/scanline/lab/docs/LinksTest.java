package scanline.lab.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The links between the pages of the project. */
class LinksTest {
    static List<Path> pages() throws IOException {
        return Markdown.pages("");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkHasATarget(Path file) {
        Markdown page = Markdown.of(file);
        List<String> dead = new ArrayList<>();
        for (String link : page.links()) {
            if (link.matches("(https?|mailto):.*")) {
                continue;
            }
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0].replace("%20", " ")).normalize();
            boolean there = Files.exists(target);
            if (there && parts.length == 2 && target.toString().endsWith(".md")) {
                there = Markdown.of(target).anchors().contains(parts[1]);
            }
            if (!there) {
                dead.add(link);
            }
        }
        assertThat(dead).isEmpty();
    }

    @Test
    void linksAreFound() {
        Markdown page = new Markdown(Path.of("a.md"),
                List.of("# One: `two`, *three*", "[a](b.md#c) <img src=\"d.svg\">",
                        "```", "[no](no)", "```", "![p](q.png)"));
        assertThat(page.links()).containsExactly("b.md#c", "d.svg", "q.png");
        assertThat(page.anchors()).containsExactly("one-two-three");
    }
}
