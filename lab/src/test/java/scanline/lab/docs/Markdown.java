package scanline.lab.docs;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A page in Markdown, as its tests look at it. */
public record Markdown(Path file, List<String> lines) {
    private static final Pattern LINK = Pattern
            .compile("(?<!`)\\[[^\\]]*\\]\\(([^)\\s]+)\\)|(?:href|src)=\"([^\"]+)\"");
    private static final Set<String> BUILT = Set.of("target", ".git", "runs", "sweeps", "node_modules");

    /**
     * A block between fences.
     *
     * @param language the word behind the first fence; empty if there is none
     * @param before the lines of the page before it
     */
    public record Block(String language, String text, List<String> before) {}

    public static Markdown of(Path file) {
        try {
            return new Markdown(file, Files.readAllLines(file));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every page of the repository, or below one of its folders. */
    public static List<Path> pages(String below) throws IOException {
        Path root = Repository.folder();
        List<Path> pages = new ArrayList<>();
        Files.walkFileTree(root.resolve(below), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                // Runs and builds change while one looks.
                return BUILT.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    pages.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return pages.stream().sorted().toList();
    }

    public List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("```")) {
                int first = i + 1;
                int end = first;
                while (!lines.get(end).startsWith("```")) {
                    end++;
                }
                blocks.add(new Block(lines.get(i).substring(3).strip(), String.join("\n", lines.subList(first, end)),
                        lines.subList(0, i)));
                i = end;
            }
        }
        return blocks;
    }

    /** The lines that stand in no block. */
    public List<String> prose() {
        List<String> prose = new ArrayList<>();
        boolean inside = false;
        for (String line : lines) {
            if (line.startsWith("```")) {
                inside = !inside;
            } else if (!inside) {
                prose.add(line);
            }
        }
        return prose;
    }

    /** Where its links and pictures lead. */
    public List<String> links() {
        List<String> links = new ArrayList<>();
        Matcher matcher = LINK.matcher(String.join("\n", prose()));
        while (matcher.find()) {
            links.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
        }
        return links;
    }

    /** What its headings are called in links, as GitHub calls them. */
    Set<String> anchors() {
        return prose().stream().filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ *", "").toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
