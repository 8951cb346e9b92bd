package scanline.lab.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.lab.docs.Markdown.Block;
import scanline.lab.recipe.RecipeException;
import scanline.lab.recipe.Recipes;

/**
 * The code on the pages. A block of Java is a quotation of the file that is linked before it, or a whole file, which compiles.
 * On {@code docs/adding.md}, which says what to add, it may also be members to be added to the linked file: what a section adds
 * compiles. A block of YAML is a quotation too, or a recipe. {@code PluginsTest} builds and trains the section about plugins.
 */
class CodeBlocksTest {
    private static final Path ADDING = Repository.folder().resolve("docs/adding.md");
    private static final String PLUGIN = "## A plugin";
    private static final Pattern FILE_LINK = Pattern.compile("\\]\\(([^)#]+\\.(?:java|yaml))\\)");

    private static final Pattern GAP = Pattern.compile("(?m)^\\s*// \\.\\.\\.$");

    @TempDir
    private Path folder;

    static List<Path> pages() throws IOException {
        return Markdown.pages("");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void theCodeOnEveryPageIsCurrent(Path page) throws IOException {
        assertThat(faults(Markdown.of(page))).isEmpty();
    }

    @Test
    void pagesHaveCode() throws IOException {
        List<Block> blocks = pages().stream().flatMap(page -> Markdown.of(page).blocks().stream()).toList();
        assertThat(blocks).filteredOn(block -> block.language().equals("java")).hasSizeGreaterThan(40);
        assertThat(blocks).filteredOn(block -> block.language().equals("yaml")).isNotEmpty();
    }

    @Test
    void quotationsMayHaveOtherLineBreaks() throws IOException {
        assertThat(faults(
                page("docs/tour.md", "[code](../recipes/lstm-rows.yaml)", "```yaml", "model:", "  recurrent", "```")))
                .isEmpty();
    }

    @Test
    void quotationsMayOmitLines() throws IOException {
        String link = "[code](../data/src/main/java/scanline/data/sequence/Scan.java)";
        String first = "public interface Scan {";
        String second = "record Rows() implements Scan {";
        assertThat(faults(page("docs/tour.md", link, "```java", first, "    // ...", second, "```"))).isEmpty();
        assertThat(faults(page("docs/tour.md", link, "```java", second, "    // ...", first, "```"))).hasSize(1);
    }

    @Test
    void outdatedQuotationsAreFound() throws IOException {
        String link = "[code](../data/src/main/java/scanline/data/sequence/Scan.java)";
        assertThat(faults(page("docs/tour.md", link, "```java", "int BLACK = -1;", "```"))).isEmpty();
        assertThat(faults(page("docs/tour.md", link, "```java", "int BLACK = -2;", "```")))
                .containsExactly("not in data/src/main/java/scanline/data/sequence/Scan.java: int BLACK = -2;");
        assertThat(faults(page("docs/tour.md", "Scan.java", "```java", "int BLACK = -1;", "```")))
                .containsExactly("no file is linked before: int BLACK = -1;");
    }

    @Test
    void codeThatDoesNotCompileIsFound() throws IOException {
        assertThat(faults(page("README.md", "```java", "final class A {", "    B b;", "}", "```"))).singleElement()
                .asString().contains("A.java:2", "class B");
        String link = "[code](../data/src/main/java/scanline/data/sequence/Scan.java)";
        String[] scan = {link, "```java", "    record Odd() implements Scan {", "        @Override",
                "        public int features(int height, int width) { return width; }", "    }", "```"};
        assertThat(faults(page("docs/adding.md", scan))).isEmpty();
        scan[4] = "        public int features(int height) { return height; }";
        assertThat(faults(page("docs/adding.md", scan))).singleElement().asString().contains("Scan.java", "Odd");
    }

    @Test
    void rejectedRecipesAreFound() throws IOException {
        String recipe = Files.readString(Repository.folder().resolve("recipes/lstm-rows.yaml")).replace(
                "model: recurrent\n",
                "");
        assertThat(faults(page("docs/adding.md", "```yaml", recipe.strip(), "```"))).singleElement().asString()
                .contains("lacks the key model");
    }

    private static Markdown page(String name, String... lines) {
        return new Markdown(Repository.folder().resolve(name), String.join("\n", lines).lines().toList());
    }

    private List<String> faults(Markdown page) throws IOException {
        List<String> faults = new ArrayList<>();
        Map<String, List<Block>> added = new LinkedHashMap<>();
        for (Block block : page.blocks()) {
            Optional<Path> linked = linked(page, block);
            if (quoted(linked, block) || page.file().equals(ADDING) && section(block).equals(PLUGIN)) {
                continue;
            }
            if (block.language().equals("yaml")) {
                faults.addAll(recipeFaults(block));
            } else if (block.language().equals("java")) {
                if (Additions.isFile(block.text()) || page.file().equals(ADDING) && linked.isPresent()) {
                    added.computeIfAbsent(section(block), _ -> new ArrayList<>()).add(block);
                } else {
                    faults.add(linked.map(file -> "not in " + Repository.folder().relativize(file))
                            .orElse("no file is linked before") + ": " + block.text());
                }
            }
        }
        for (List<Block> section : added.values()) {
            Additions additions = new Additions(Files.createTempDirectory(folder, "section"));
            for (Block block : section) {
                additions.add(block.text(), linked(page, block));
            }
            faults.addAll(additions.compile());
        }
        return faults;
    }

    /** The file that is linked last before a block. */
    private static Optional<Path> linked(Markdown page, Block block) {
        return FILE_LINK.matcher(String.join("\n", block.before())).results().map(match -> match.group(1))
                .reduce((_, later) -> later).map(link -> page.file().resolveSibling(link).normalize());
    }

    /** Whether the pieces between lines of "// ..." stand in the linked file, in that order. */
    private static boolean quoted(Optional<Path> linked, Block block) throws IOException {
        if (linked.isEmpty()) {
            return false;
        }
        String file = withoutSpace(Files.readString(linked.get()));
        int at = 0;
        for (String piece : GAP.split(block.text())) {
            int found = file.indexOf(withoutSpace(piece), at);
            if (found < 0) {
                return false;
            }
            at = found + withoutSpace(piece).length();
        }
        return true;
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s+", "");
    }

    private static String section(Block block) {
        return block.before().stream().filter(line -> line.startsWith("## ")).reduce("", (_, later) -> later);
    }

    private List<String> recipeFaults(Block block) throws IOException {
        Path file = Files.writeString(folder.resolve("recipe.yaml"), block.text());
        try {
            Recipes.find(file.toString(), List.of());
            return List.of();
        } catch (RecipeException e) {
            return List.of(e.getMessage());
        }
    }
}
