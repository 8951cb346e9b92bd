package scanline.lab.docs;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

/** Java files that a page adds to the project, or adds members to, in a folder of their own. */
final class Additions {
    private static final Pattern TYPE = Pattern
            .compile("(?m)^(?:public |final |abstract |sealed )*(?:class|record|interface|enum) (\\w+)");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package (scanline\\.(\\w+)[\\w.]*);");

    private final Path folder;
    private final Set<Path> files = new LinkedHashSet<>();
    /** The module to which they are added, engine or lab; empty if they are a program of their own. */
    private Optional<String> module = Optional.empty();

    Additions(Path folder) {
        this.folder = folder;
    }

    /** Whether code is a whole file, with a type that belongs to nothing. */
    static boolean isFile(String code) {
        return TYPE.matcher(code).find();
    }

    /** Adds a file, or members to the last type of a linked one. */
    void add(String code, Optional<Path> linked) throws IOException {
        if (isFile(code)) {
            Matcher type = TYPE.matcher(code);
            type.find();
            write(code, type.group(1) + ".java");
        } else {
            String name = linked.orElseThrow().getFileName().toString();
            String whole = Files.readString(files.stream().filter(file -> file.endsWith(name)).findFirst()
                    .orElse(linked.orElseThrow()));
            int end = whole.lastIndexOf('}');
            write(whole.substring(0, end) + "\n" + code + "\n}\n", name);
        }
    }

    private void write(String code, String name) throws IOException {
        Matcher named = PACKAGE.matcher(code);
        Path file = folder;
        if (named.find()) {
            module = Optional.of(named.group(2));
            file = folder.resolve(named.group(1).replace('.', '/'));
        }
        files.add(Files.writeString(Files.createDirectories(file).resolve(name), code));
    }

    /** What the compiler says is wrong; empty if all compiles. */
    List<String> compile() {
        List<String> words = new ArrayList<>(List.of("-proc:none", "-implicit:none", "-d",
                folder.resolve("classes").toString(), "--module-path", System.getProperty("jdk.module.path"),
                "--class-path", System.getProperty("java.class.path")));
        if (module.isPresent()) {
            String name = "scanline." + module.get();
            Path tests = Repository.folder().resolve(module.get()).resolve("src/test/java");
            words.addAll(List.of("--patch-module", name + "=" + folder + File.pathSeparator + tests, "--add-reads",
                    name + "=ALL-UNNAMED"));
        } else {
            words.addAll(List.of("--add-modules", "scanline.engine,scanline.data,scanline.lab"));
        }
        files.forEach(file -> words.add(file.toString()));
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        int status = ToolProvider.findFirst("javac").orElseThrow().run(out, out, words.toArray(String[]::new));
        return status == 0 ? List.of() : List.of(said.toString());
    }
}
