package scanline.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What {@code ./build publish} writes: complete, as Maven Central asks for it, and the same for every user. */
class PublishedFilesTest {
    private static final Map<String, String> CHECKSUMS = Map.of("md5", "MD5", "sha1", "SHA-1", "sha256", "SHA-256",
            "sha512", "SHA-512");

    @Test
    void exactlyTheArtifactsForUsersArePublished() throws IOException {
        try (Stream<Path> artifacts = Files.list(Repository.folder("scanline-bom").getParent().getParent())) {
            assertThat(artifacts.map(each -> each.getFileName().toString())).containsExactlyInAnyOrder(
                    "scanline-engine", "scanline-data", "scanline-mnist", "scanline-lab", "scanline-bom");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"scanline-engine", "scanline-data", "scanline-mnist", "scanline-lab"})
    void aJarHasItsSourcesItsJavadocAndItsBillOfMaterials(String artifact) throws IOException {
        assertThat(published(artifact)).containsExactlyInAnyOrder(".jar", ".pom", "-sources.jar", "-javadoc.jar",
                "-cyclonedx.json", "-cyclonedx.xml");
        List<String> classes = entries(artifact, ".jar");
        assertThat(classes).contains("module-info.class", "META-INF/LICENSE", "META-INF/NOTICE");
        // A class in the jar has its source in the other one.
        String first = classes.stream().filter(each -> each.startsWith("scanline/") && each.endsWith(".class"))
                .filter(each -> !each.contains("$") && !each.contains("package-info")).findFirst().orElseThrow();
        assertThat(entries(artifact, "-sources.jar")).contains(first.replace(".class", ".java"), "module-info.java");
        assertThat(entries(artifact, "-javadoc.jar")).contains("index.html");
        assertThat(Files.readString(Repository.file(artifact, "-cyclonedx.json"))).contains("\"CycloneDX\"")
                .contains("pkg:maven/" + Repository.GROUP + "/" + artifact + "@" + Repository.VERSION);
    }

    @Test
    void onlyTheJarOfMnistIsLarge() throws IOException {
        assertThat(Files.size(Repository.file("scanline-mnist", ".jar"))).isBetween(11_000_000L, 13_000_000L);
        assertThat(Files.size(Repository.file("scanline-lab", ".jar"))).isLessThan(2_000_000L);
        assertThat(Files.size(Repository.file("scanline-mnist", "-sources.jar"))).isLessThan(100_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"scanline-engine", "scanline-data", "scanline-mnist", "scanline-lab", "scanline-bom"})
    void aPomHasWhatMavenCentralAsksForAndNeedsNoParent(String artifact) throws Exception {
        Path file = Repository.file(artifact, ".pom");
        Document pom = pom(file);
        assertThat(pom.getElementsByTagName("parent").getLength()).isZero();
        assertThat(Files.readString(file)).doesNotContain("${").doesNotContain("SNAPSHOT");
        for (String element : List.of("name", "description", "url", "licenses", "developers", "scm", "connection")) {
            assertThat(pom.getElementsByTagName(element).getLength()).as(element).isPositive();
        }
        assertThat(text(pom.getDocumentElement(), "groupId")).isEqualTo(Repository.GROUP);
        assertThat(text(pom.getDocumentElement(), "artifactId")).isEqualTo(artifact);
        assertThat(text(pom.getDocumentElement(), "version")).isEqualTo(Repository.VERSION);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            scanline-engine | org.jspecify:jspecify provided
            scanline-data   | io.github.scanline:scanline-engine compile, org.jspecify:jspecify provided
            scanline-mnist  | io.github.scanline:scanline-data compile, org.jspecify:jspecify provided
            scanline-lab    | info.picocli:picocli compile, io.github.scanline:scanline-data compile, \
            io.github.scanline:scanline-mnist compile, org.jspecify:jspecify provided, \
            tools.jackson.core:jackson-databind compile, tools.jackson.dataformat:jackson-dataformat-yaml compile
            """)
    void anArtifactHasTheseDependencies(String artifact, String expected) throws Exception {
        List<String> dependencies = dependencies(pom(Repository.file(artifact, ".pom"))).stream()
                .map(each -> text(each, "groupId") + ":" + text(each, "artifactId") + " " + text(each, "scope"))
                .sorted().toList();
        assertThat(String.join(", ", dependencies)).isEqualTo(expected);
    }

    @Test
    void theBomListsTheJarsAndHasNoDependencies() throws Exception {
        Document bom = pom(Repository.file("scanline-bom", ".pom"));
        assertThat(dependencies(bom)).allMatch(each -> "dependencyManagement".equals(
                each.getParentNode().getParentNode().getNodeName()))
                .extracting(each -> text(each, "groupId") + ":" + text(each, "artifactId") + ":"
                        + text(each, "version"))
                .containsExactly("io.github.scanline:scanline-engine:" + Repository.VERSION,
                        "io.github.scanline:scanline-data:" + Repository.VERSION,
                        "io.github.scanline:scanline-mnist:" + Repository.VERSION,
                        "io.github.scanline:scanline-lab:" + Repository.VERSION);
    }

    @Test
    void everyFileHasItsChecksums() throws Exception {
        List<Path> files;
        try (Stream<Path> below = Files.walk(Repository.folder())) {
            files = below.filter(Files::isRegularFile)
                    .filter(each -> !CHECKSUMS.containsKey(ending(each)) && !ending(each).equals("asc")).toList();
        }
        assertThat(files).hasSizeGreaterThan(25);
        for (Path file : files) {
            for (Map.Entry<String, String> checksum : CHECKSUMS.entrySet()) {
                byte[] digest = MessageDigest.getInstance(checksum.getValue()).digest(Files.readAllBytes(file));
                assertThat(Path.of(file + "." + checksum.getKey())).content()
                        .isEqualToIgnoringNewLines(HexFormat.of().formatHex(digest));
            }
        }
    }

    @Test
    void everyFileOfAnArtifactIsSigned(@TempDir Path scratch) throws IOException {
        List<Path> signed;
        try (Stream<Path> files = Files.list(Repository.folder("scanline-engine"))) {
            signed = files.filter(each -> !CHECKSUMS.containsKey(ending(each)) && !ending(each).equals("asc")).toList();
        }
        assertThat(signed).hasSize(6);
        for (Path file : signed) {
            Repository.gpg("--verify", file + ".asc", file);
        }
        // A signature that fits everything would be worth nothing.
        Path other = Files.write(scratch.resolve("other"), new byte[] {1});
        assertThatThrownBy(() -> Repository.gpg("--verify", signed.getFirst() + ".asc", other))
                .hasMessageContaining("BAD signature");
    }

    @Test
    void theMetadataNamesTheVersion() throws Exception {
        Path metadata = Repository.folder("scanline-engine").resolveSibling("maven-metadata.xml");
        Element versioning = (Element) pom(metadata).getElementsByTagName("versioning").item(0);
        assertThat(text(versioning, "release")).isEqualTo(Repository.VERSION);
        assertThat(text(versioning, "lastUpdated")).matches("[0-9]{14}");
        assertThat(text((Element) versioning.getElementsByTagName("versions").item(0), "version"))
                .isEqualTo(Repository.VERSION);
    }

    @Test
    void everyPomOfTheProjectHasTheGroupIdOfTheRoot() throws Exception {
        Map<Path, String> groups = new TreeMap<>();
        try (Stream<Path> below = Files.walk(Command.project(), 3)) {
            for (Path pom : below.filter(each -> each.endsWith("pom.xml")).toList()) {
                if (!pom.toString().contains("/target/")) {
                    Element root = pom(pom).getDocumentElement();
                    Element parent = (Element) root.getElementsByTagName("parent").item(0);
                    groups.put(pom, text(parent == null ? root : parent, "groupId"));
                }
            }
        }
        assertThat(groups).hasSizeGreaterThan(7);
        assertThat(groups.values()).containsOnly(Repository.GROUP);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            publish                                | 2 | publish needs --to DIR, the folder of the Maven repository \
            to write
            publish --to                           | 2 | publish: --to needs a value
            publish --form x                       | 2 | publish: unknown option --form: it has --to --version --sign
            publish --to x --version 1-SNAPSHOT    | 2 | publish: 1-SNAPSHOT is a snapshot, whose files would change \
            under the same name: name a release, such as 0.1.0
            publish --to x --version v1            | 2 | publish: --version v1 does not start with a digit
            publish --to x --version 1/2           | 2 | publish: --version 1/2 has other characters than letters, \
            digits, . _ -
            publish --to /etc/hostname             | 1 | publish: /etc/hostname is a file, not a folder
            publish --to x --sign nobody@nowhere   | 1 | publish: gpg has no secret key nobody@nowhere \
            (gpg --list-secret-keys lists them)
            dist --sign x                          | 2 | dist: unknown option --sign: it has --to --version
            """)
    void wrongOptionsAreOneLine(String words, int status, String error) {
        List<String> command = new ArrayList<>(List.of(Command.project() + "/build"));
        command.addAll(List.of(words.split(" ")));
        Command.Ended ended = Command.of(command.toArray()).in(Folders.empty("wrong")).run();
        assertThat(ended.err()).isEqualTo("build: " + error + "\n");
        assertThat(ended.status()).isEqualTo(status);
        assertThat(Folders.empty("wrong")).isEmptyDirectory();
    }

    private static List<String> published(String artifact) throws IOException {
        String start = artifact + "-" + Repository.VERSION;
        try (Stream<Path> files = Files.list(Repository.folder(artifact))) {
            return files.map(each -> each.getFileName().toString())
                    .filter(each -> !CHECKSUMS.containsKey(ending(Path.of(each))) && !each.endsWith(".asc"))
                    .peek(each -> assertThat(each).startsWith(start)).map(each -> each.substring(start.length()))
                    .toList();
        }
    }

    private static String ending(Path file) {
        return file.toString().substring(file.toString().lastIndexOf('.') + 1);
    }

    private static List<String> entries(String artifact, String name) throws IOException {
        try (ZipFile zip = new ZipFile(Repository.file(artifact, name).toFile())) {
            return zip.stream().map(Object::toString).toList();
        }
    }

    private static Document pom(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(in);
        }
    }

    private static List<Element> dependencies(Document pom) {
        NodeList found = pom.getElementsByTagName("dependency");
        return IntStream.range(0, found.getLength()).mapToObj(i -> (Element) found.item(i)).toList();
    }

    /** Returns the text of the first child of that name. */
    private static String text(Element parent, String name) {
        for (var child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child.getNodeName().equals(name)) {
                return child.getTextContent();
            }
        }
        return "";
    }
}
