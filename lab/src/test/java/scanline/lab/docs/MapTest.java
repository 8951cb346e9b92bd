package scanline.lab.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** README is short, and docs/README.md, the map, leads to every page of docs. */
class MapTest {
    private static final int LONGEST = 10_240;
    private static final Path DOCS = Repository.folder().resolve("docs");

    @Test
    void readmeIsShort() throws IOException {
        assertThat(Files.size(Repository.folder().resolve("README.md"))).isLessThanOrEqualTo(LONGEST);
    }

    @Test
    void everyPageIsOnTheMap() throws IOException {
        Markdown map = Markdown.of(DOCS.resolve("README.md"));
        assertThat(missing(map)).isEmpty();
        Markdown shorter = new Markdown(map.file(),
                map.lines().stream().filter(line -> !line.contains("(tour.md)")).toList());
        assertThat(missing(shorter)).containsExactly(DOCS.resolve("tour.md"));
    }

    /** The pages that the map links neither by themselves, nor by their folder, nor by the first page of their folder. */
    private static List<Path> missing(Markdown map) throws IOException {
        Set<Path> linked = map.links().stream().map(link -> map.file().resolveSibling(link).normalize())
                .collect(Collectors.toSet());
        linked.add(map.file());
        return Markdown.pages("docs").stream().filter(page -> !linked.contains(page)
                && !linked.contains(page.getParent())
                && (DOCS.equals(page.getParent()) || !linked.contains(page.resolveSibling("README.md")))).toList();
    }
}
